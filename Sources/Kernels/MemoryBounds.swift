import Foundation

/// Why this process can have no more than so much memory.
package struct MemoryBound: Sendable, Equatable, CustomStringConvertible {
  /// Bytes that it can still have.
  package let bytes: Int
  /// What sets it: `ulimit -v`.
  package let origin: String
  /// Whether a demand beyond it is refused for certain; else other processes may give some back.
  package let isFirm: Bool

  package var description: String { "\(bytes >> 20) MiB are left by \(origin)" }
}

extension MemoryBound {
  /// The narrowest of those that hold for this process; nil where nothing is known.
  ///
  /// - Parameter isFirm: whether only those count beyond which a demand is refused for certain.
  package static func narrowest(isFirm: Bool) -> MemoryBound? {
    all().filter { $0.isFirm || !isFirm }.min { $0.bytes < $1.bytes }
  }

  private static func all() -> [MemoryBound] {
    let status = fields(of: "/proc/self/status")
    #if os(Linux)
      let resources = (Int32(RLIMIT_AS.rawValue), Int32(RLIMIT_DATA.rawValue))
    #else
      let resources = (RLIMIT_AS, RLIMIT_DATA)
    #endif
    var bounds = [
      limit(resources.0, "ulimit -v", used: status["VmSize"]),
      limit(resources.1, "ulimit -d", used: status["VmData"]),
    ].compactMap { $0 }
    if let group = ControlGroups().memory {
      bounds.append(
        MemoryBound(
          bytes: max(0, Int(group) - (status["VmRSS"] ?? 0)),
          origin: "the control group's bound (a container's, a batch system's)", isFirm: true))
    }
    bounds.append(
      MemoryBound(
        bytes: Int(clamping: ProcessInfo.processInfo.physicalMemory),
        origin: "this machine's memory", isFirm: true))
    if let free = fields(of: "/proc/meminfo")["MemAvailable"] {
      bounds.append(
        MemoryBound(bytes: free, origin: "what else runs on this machine", isFirm: false))
    }
    return bounds
  }

  private static func limit(
    _ resource: Int32, _ origin: String, used: Int?
  ) -> MemoryBound? {
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur < UInt64(Int.max) else { return nil }
    return MemoryBound(
      bytes: max(0, Int(limit.rlim_cur) - (used ?? 0)), origin: origin, isFirm: true)
  }

  /// Of a file with lines such as `VmSize:  1234 kB`, in bytes.
  private static func fields(of path: String) -> [String: Int] {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").reduce(into: [:]) { fields, line in
      let words = line.split(whereSeparator: \.isWhitespace)
      if words.count == 3, words[2] == "kB", let count = Int(words[1]) {
        fields[String(words[0].dropLast())] = count * 1024
      }
    }
  }
}
