use super::TreeName;

#[derive(Clone, Copy, Debug)]
pub struct SledOptions {
    /// What sled keeps of its pages in memory; the process needs about twice that.
    pub cache_bytes: u64,
    /// Trees with the same keys, which are read and written together: their values under one key are one row of sled. It must
    /// never change for a directory.
    pub together: &'static [&'static [TreeName]],
    /// Trees whose keys come in no order, each of which is asked for once before it exists. None of them shares rows. Each gets a key
    /// filter in memory, of about ten bits a key.
    pub unordered: &'static [TreeName],
}

impl Default for SledOptions {
    fn default() -> SledOptions {
        SledOptions { cache_bytes: 24 << 20, together: &[], unordered: &[] }
    }
}
