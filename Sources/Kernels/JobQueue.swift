import Foundation

/// A thread that does jobs behind its caller's back, in the order in which they came. Where the system
/// refuses a thread, the caller does them.
package final class JobQueue: Sendable {
  private let desk: JobDesk
  private let hasThread: Bool

  /// - Parameter capacity: of the jobs that wait, the sum of their costs from which on a caller has to
  ///   wait, too.
  package init(capacity: Int) {
    desk = JobDesk(capacity: capacity)
    hasThread = startThread(stackSize: 1 << 20) { [desk] in desk.work() }
  }

  /// The thread does what was submitted and ends.
  deinit { desk.close() }

  /// Adds a job; waits while those before it cost too much.
  package func submit(cost: Int = 0, _ job: @escaping @Sendable () -> Void) {
    if hasThread { desk.submit(cost: cost, job) } else { job() }
  }

  /// Waits until all jobs are done.
  package func drain() { desk.drain() }
}

/// What the queue and its thread share. The thread owns it, so that the queue can go first.
private final class JobDesk: @unchecked Sendable {
  private let condition = NSCondition()
  private let capacity: Int
  private var jobs: [(cost: Int, body: @Sendable () -> Void)] = []
  /// Costs of the jobs that are not done.
  private var cost = 0
  private var unfinished = 0
  private var isClosed = false

  init(capacity: Int) { self.capacity = capacity }

  func submit(cost: Int, _ body: @escaping @Sendable () -> Void) {
    condition.lock()
    while unfinished > 0 && self.cost + cost > capacity { condition.wait() }
    jobs.append((cost, body))
    self.cost += cost
    unfinished += 1
    condition.broadcast()
    condition.unlock()
  }

  func drain() {
    condition.lock()
    while unfinished > 0 { condition.wait() }
    condition.unlock()
  }

  func close() {
    condition.lock()
    isClosed = true
    condition.broadcast()
    condition.unlock()
  }

  func work() {
    condition.lock()
    while !isClosed || !jobs.isEmpty {
      let batch = jobs
      jobs.removeAll(keepingCapacity: true)
      for job in batch {
        condition.unlock()
        job.body()
        condition.lock()
        cost -= job.cost
        unfinished -= 1
        condition.broadcast()
      }
      if jobs.isEmpty && !isClosed { condition.wait() }
    }
    condition.unlock()
  }
}

/// A value that several threads share, one at a time.
package final class Locked<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value

  package init(_ value: Value) { self.value = value }

  package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    lock.lock()
    defer { lock.unlock() }
    return try body(&value)
  }
}
