import Foundation
import Kernels
import Testing

/// A folder in the place of `/sys/fs/cgroup`.
@Suite("Control groups")
final class ControlGroupsTests {
  private let root = FileManager.default.temporaryDirectory
    .appendingPathComponent("groups-\(UUID().uuidString)")

  deinit { try? FileManager.default.removeItem(at: root) }

  private func write(_ text: String, _ path: String) throws {
    let url = root.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data((text + "\n").utf8).write(to: url)
  }

  /// What a machine with version 2 says.
  private func second(_ group: String, mounted: String = "/") -> ControlGroups {
    ControlGroups(
      membership: "0::\(group)\n",
      mounts: """
        22 28 0:20 / /proc rw,nosuid shared:5 - proc proc rw
        30 23 0:26 \(mounted) \(root.path) rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate
        """)
  }

  /// What a machine with version 1 says.
  private func first(_ group: String, mounted: String = "/") -> ControlGroups {
    ControlGroups(
      membership: """
        9:memory:\(group)
        4:cpu,cpuacct:\(group)
        3:cpuset:/elsewhere
        """,
      mounts: """
        33 23 0:29 \(mounted) \(root.path)/cpuset rw - cgroup cgroup rw,cpuset
        34 23 0:30 \(mounted) \(root.path)/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
        35 23 0:31 \(mounted) \(root.path)/memory rw - cgroup cgroup rw,memory
        """)
  }

  @Test("version 2: the least quota of the group and its ancestors counts")
  func quotas() throws {
    try write("400000 100000", "slice/cpu.max")
    try write("max 100000", "slice/job/cpu.max")
    #expect(second("/slice/job").processors == 4)
    try write("150000 100000", "slice/job/cpu.max")
    #expect(second("/slice/job").processors == 1.5)
    try write("50000 100000", "slice/cpu.max")
    #expect(second("/slice/job").processors == 0.5)
    #expect(second("/other").processors == nil)
  }

  @Test("version 2: a container sees its own group as the root, or its group mounted alone")
  func containers() throws {
    try write("250000 100000", "cpu.max")
    try write("1073741824", "memory.max")
    for groups in [
      second("/"), second("/docker/1f", mounted: "/docker/1f"),
      second("/docker/1f/init", mounted: "/docker/1f"),
      second("/../outside", mounted: "/docker/1f"),
    ] {
      #expect(groups.processors == 2.5)
      #expect(groups.memory == 0x1p30)
    }
  }

  @Test("version 1: quota over period, and -1 for none")
  func firstVersion() throws {
    try write("-1", "cpu,cpuacct/batch/cpu.cfs_quota_us")
    try write("100000", "cpu,cpuacct/batch/cpu.cfs_period_us")
    try write("9223372036854771712", "memory/batch/memory.limit_in_bytes")
    #expect(first("/batch").processors == nil)
    #expect(first("/batch").memory == nil)
    try write("30000", "cpu,cpuacct/batch/cpu.cfs_quota_us")
    try write("20000", "cpu,cpuacct/batch/cpu.cfs_period_us")
    try write("536870912", "memory/batch/memory.limit_in_bytes")
    #expect(first("/batch").processors == 1.5)
    #expect(first("/batch").memory == 0x1p29)
    #expect(first("/batch/step/task").processors == 1.5)
  }

  @Test("nothing is known where files are missing or say nonsense")
  func nonsense() throws {
    #expect(ControlGroups(membership: "", mounts: "").processors == nil)
    try write("what 100000", "cpu.max")
    #expect(second("/").processors == nil)
    try write("100000 0", "cpu.max")
    #expect(second("/").processors == nil)
  }
}

@Suite("Processors")
struct ProcessorsTests {
  @Test("a pool without a number of threads has one for each processor that the process may use")
  func pools() {
    #expect(Processors.count >= 1)
    #expect(WorkerPool().threadCount == Processors.count)
  }
}
