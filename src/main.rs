//! The `dewlap` command.

fn main() -> std::process::ExitCode {
    dewlap::cli::main()
}
