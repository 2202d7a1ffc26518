mod register;
mod yardstick;
use register::Register;
use std::time::Instant;
fn main() -> Result<(), Box<dyn std::error::Error>> {
    for rows in std::env::args().skip(1) {
        let t = Instant::now();
        let register = Register::generate(rows.parse()?)?;
        let n = register.rows.len() as f64;
        eprintln!("generated {} rows, {} holders, {:?}", register.rows.len(), register.holders.len(), t.elapsed());
        let t = Instant::now();
        let sizes = yardstick::sizes(&register)?;
        for ((_, name), size) in yardstick::Column::ALL.iter().zip(sizes) {
            println!("{name:>16} {size:>9} {:.3}", size as f64 * 8.0 / n);
        }
        let five: usize = sizes[..5].iter().sum();
        let all: usize = sizes.iter().sum();
        println!(
            "five {} {:.3}  all {} {:.3} {:?}",
            five,
            five as f64 * 8.0 / n,
            all,
            all as f64 * 8.0 / n,
            t.elapsed()
        );
    }
    Ok(())
}
