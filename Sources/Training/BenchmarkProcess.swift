import Foundation

/// How long this process has run.
enum ProcessClock {
  /// Nil where the system does not tell. Linux counts in hundredths of a second.
  static var secondsSinceStart: Double? {
    #if os(Linux)
      guard let text = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
        // The program's name, in parentheses, may hold spaces.
        let fields = text.split(separator: ")").last?.split(separator: " "), fields.count > 19,
        // proc(5): field 22, counted from the one behind the name, which is the third.
        let ticks = Double(fields[19])
      else { return nil }
      var now = timespec()
      guard clock_gettime(CLOCK_BOOTTIME, &now) == 0 else { return nil }
      let uptime = Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
      return uptime - ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    #else
      return nil
    #endif
  }
}

/// How much memory this process has held.
enum ProcessMemory {
  /// The largest resident set so far, in 10⁶ bytes.
  ///
  /// On Linux from `/proc`, for what `getrusage` says there is also that of the program which
  /// started this one.
  static var peakMegabytes: Double {
    #if os(Linux)
      let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
      let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
      return (Double(line.filter(\.isNumber)) ?? 0) * 1024 / 1e6
    #else
      var usage = rusage()
      getrusage(RUSAGE_SELF, &usage)
      return Double(usage.ru_maxrss) / 1e6
    #endif
  }
}
