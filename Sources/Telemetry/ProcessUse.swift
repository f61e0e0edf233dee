import Foundation

/// How long this process has run.
package enum ProcessClock {
  /// Nil where the system does not tell. Linux counts in hundredths of a second.
  package static var secondsSinceStart: Double? {
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

extension ProcessClock {
  /// Seconds that all threads together have computed.
  package static var computingSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// How much memory this process holds and has held.
package enum ProcessMemory {
  /// The largest resident set so far, in 10⁶ bytes.
  ///
  /// On Linux from `/proc`, for what `getrusage` says there is also that of the program which
  /// started this one.
  package static var peakMegabytes: Double {
    #if os(Linux)
      return status("VmHWM:")
    #else
      var usage = rusage()
      getrusage(RUSAGE_SELF, &usage)
      return Double(usage.ru_maxrss) / 1e6
    #endif
  }

  /// The resident set now, in 10⁶ bytes; its largest so far where the system does not tell.
  package static var megabytes: Double {
    #if os(Linux)
      return status("VmRSS:")
    #else
      return peakMegabytes
    #endif
  }

  #if os(Linux)
    /// A field of proc_pid_status(5), which counts in 1024 bytes.
    private static func status(_ field: String) -> Double {
      let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
      let line = text.split(separator: "\n").first { $0.hasPrefix(field) } ?? ""
      return (Double(line.filter(\.isNumber)) ?? 0) * 1024 / 1e6
    }
  #endif
}
