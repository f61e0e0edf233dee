/// What the process takes of the machine between two looks.
struct UsageMeter {
  private var start = ContinuousClock.now
  private var computed = ProcessClock.computingSeconds

  /// Seconds since the last lap.
  var seconds: Double { max((ContinuousClock.now - start) / .seconds(1), 1e-9) }

  struct Lap {
    let seconds: Double
    /// Under the reference's names: memory in 2³⁰ bytes, and the cores that were busy.
    let metrics: [(name: String, value: Double)]
  }

  /// Ends a lap and begins the next.
  mutating func lap() -> Lap {
    let (seconds, before) = (seconds, computed)
    start = .now
    computed = ProcessClock.computingSeconds
    return Lap(
      seconds: seconds,
      metrics: [
        ("usage/proc_ram_gb", ProcessMemory.megabytes * 1e6 / 0x1p30),
        ("usage/proc_ram_peak_gb", ProcessMemory.peakMegabytes * 1e6 / 0x1p30),
        ("usage/proc_cpu_cores", (computed - before) / seconds),
      ])
  }
}
