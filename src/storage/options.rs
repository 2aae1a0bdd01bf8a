use super::TreeName;

#[derive(Clone, Copy, Debug)]
pub struct SledOptions {
    /// What sled keeps of its pages in memory; the process needs about twice that.
    pub cache_bytes: u64,
    /// Trees with the same keys, which are read and written together: their values under one key are one row of sled. The
    /// same for the whole life of a directory.
    pub together: &'static [&'static [TreeName]],
    /// Trees whose keys come in no order and are asked for once before they are there, each with a home of its own: what of
    /// their keys there is, is kept in memory in about ten bits a key.
    pub unordered: &'static [TreeName],
}

impl Default for SledOptions {
    fn default() -> SledOptions {
        SledOptions { cache_bytes: 24 << 20, together: &[], unordered: &[] }
    }
}
