//! The registry through its public faces: the library, the command `cccheck`, and HTTP.

mod check;
mod confirm;
mod gate;
mod generate;
mod import;
mod inspect;
mod keys;
mod migration;
mod publish;
mod serve;
mod status;
mod support;
mod verify;
