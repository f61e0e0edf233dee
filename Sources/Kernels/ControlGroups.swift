import Foundation

/// The control groups that this process is in, and their ancestors: what Linux lets it have, as
/// containers and batch systems set it (cgroups(7), versions 1 and 2).
package struct ControlGroups {
  /// `/proc/self/cgroup`.
  let membership: String
  /// `/proc/self/mountinfo`.
  let mounts: String

  package init(membership: String, mounts: String) {
    (self.membership, self.mounts) = (membership, mounts)
  }

  /// Those of this process.
  package init() {
    func text(_ path: String) -> String {
      (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }
    self.init(membership: text("/proc/self/cgroup"), mounts: text("/proc/self/mountinfo"))
  }

  /// Processors that a quota allows together, the least of all groups; nil where none is set.
  package var processors: Double? {
    let second = texts("cpu.max", of: nil).compactMap { text -> Double? in
      let words = text.split(whereSeparator: \.isWhitespace).map { Double($0) }
      guard words.count == 2 else { return nil }
      return Self.ratio(words[0], words[1])
    }
    let quotas = texts("cpu.cfs_quota_us", of: "cpu").map(Self.number)
    let periods = texts("cpu.cfs_period_us", of: "cpu").map(Self.number)
    return (second + zip(quotas, periods).compactMap(Self.ratio)).min()
  }

  /// Bytes of memory, the least of all groups; nil where no bound is set.
  package var memory: Double? {
    let bounds =
      texts("memory.max", of: nil).compactMap(Self.number)
      + texts("memory.limit_in_bytes", of: "memory").compactMap(Self.number)
    // Version 1 says “none” with the largest number of pages.
    return bounds.filter { $0 > 0 && $0 < 0x1p62 }.min()
  }

  private static func number(_ text: String) -> Double? {
    Double(text.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  /// What a quota, -1 for none, allows.
  private static func ratio(_ quota: Double?, _ period: Double?) -> Double? {
    guard let quota, let period, quota > 0, period > 0 else { return nil }
    return quota / period
  }

  /// What a file says in the group and its ancestors, from the group up.
  ///
  /// - Parameter controller: of version 1; nil for version 2.
  private func texts(_ file: String, of controller: String?) -> [String] {
    guard let path = path(of: controller) else { return [] }
    return hierarchies(of: controller).flatMap { root, point -> [String] in
      let isBelow = root == "/" || path == root || path.hasPrefix(root + "/")
      // A group outside of what is mounted here shows nothing but what is mounted.
      let names = isBelow ? path.dropFirst(root == "/" ? 0 : root.count).split(separator: "/") : []
      return (0...names.count).reversed().compactMap { depth in
        let folder = ([point] + names.prefix(depth).map(String.init)).joined(separator: "/")
        return try? String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
      }
    }
  }

  /// The group's path in its hierarchy: `7:cpu,cpuacct:/docker/1f`, and `0::/user.slice` in version 2.
  private func path(of controller: String?) -> String? {
    for line in membership.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let isIt =
        controller.map { fields[1].split(separator: ",").contains(Substring($0)) }
        ?? (fields[0] == "0" && fields[1].isEmpty)
      if isIt { return String(fields[2]) }
    }
    return nil
  }

  /// Where a hierarchy is mounted, and which of its groups is mounted there
  /// (`36 35 0:31 /docker/1f /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu`).
  private func hierarchies(of controller: String?) -> [(root: String, point: String)] {
    mounts.split(separator: "\n").compactMap { line in
      guard let separator = line.range(of: " - ") else { return nil }
      let (left, right) = (
        line[..<separator.lowerBound].split(separator: " "),
        line[separator.upperBound...].split(separator: " ")
      )
      guard left.count > 4, let kind = right.first, let options = right.last else { return nil }
      let isIt =
        controller.map {
          kind == "cgroup" && options.split(separator: ",").contains(Substring($0))
        } ?? (kind == "cgroup2")
      return isIt ? (String(left[3]), String(left[4])) : nil
    }
  }
}
