//! The register's side of cccheck: a home that holds the register, its keys and what it publishes; import, publish, confirm
//! and serve. The rules, the formats and their verification are the crate `cccheck`; nothing here repeats them.

pub mod clock;
pub mod confirm;
pub mod error;
pub mod generate;
pub mod home;
pub mod import;
pub mod keys;
pub mod passphrase;
pub mod progress;
pub mod publish;
pub mod published;
pub mod reference;
pub mod samples;
pub mod serve;
pub mod store;
pub mod texts;

pub use error::Error;
pub use home::Home;
pub use store::Store;
