/// What went wrong, and what to do: one line for whoever typed the command.
#[derive(Debug)]
pub struct Failure(pub String);

impl Failure {
    /// Of a daemon of another version: each question has one answer.
    pub fn another_answer() -> Failure {
        Failure("the daemon answered another question: is it of another version? restart it".to_owned())
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure(error.to_string())
    }
}
