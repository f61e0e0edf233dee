internal import CKernels
import Foundation

/// The processors that this process may use: those of its affinity (`taskset`, `docker --cpuset-cpus`,
/// Slurm), as far as its control groups' quota goes (`docker --cpus`, Kubernetes' limits).
package enum Processors {
  /// How many threads compute at once; a quota of 1.5 counts as 2.
  package static var count: Int {
    guard let quota else { return allowed }
    return max(1, min(allowed, Int(min(quota.rounded(.up), 0x1p30))))
  }

  /// Processors' time that the control groups allow in the mean; nil where they set no quota.
  package static var quota: Double? { ControlGroups().processors }

  /// Those of the affinity.
  private static var allowed: Int {
    let count = Int(ck_allowed_processors())
    return count > 0 ? count : ProcessInfo.processInfo.activeProcessorCount
  }
}
