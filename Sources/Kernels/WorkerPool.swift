internal import CKernels
import Foundation

/// A fixed set of threads that run numbered units of work.
///
/// Units are handed out in order to whichever thread is free; each unit runs whole on one thread, so
/// what it computes does not depend on the number of threads. Every thread that computes, the caller
/// included, flushes denormals to zero.
public final class WorkerPool: Sendable {
  /// Threads that compute, the caller's included.
  public let threadCount: Int

  private let crew = Crew()

  /// - Parameter threads: threads that compute, the caller's included; 0 means one for each processor
  ///   that the process may use. Where the system refuses some, there are fewer.
  public init(threads: Int = 0) {
    precondition(threads >= 0, "\(threads) threads")
    var count = 1
    let wanted = threads == 0 ? Processors.count : threads
    while count < wanted, startThread(stackSize: 8 << 20, { [crew] in crew.work() }) { count += 1 }
    threadCount = count
  }

  deinit { crew.stop() }

  /// Runs `body` for the units `0..<units` and returns when all are done.
  public func run(units: Int, _ body: @escaping @Sendable (Int) -> Void) {
    crew.run(units: units, body)
  }
}

/// One mutable workspace for each unit of work. A pool gives each to one thread at a time; between
/// runs they belong to whoever owns this object.
package final class Workspaces<Workspace>: @unchecked Sendable {
  private let items: [Workspace]

  package init(count: Int, _ make: (Int) -> Workspace) { items = (0..<count).map(make) }

  package var count: Int { items.count }

  package subscript(index: Int) -> Workspace { items[index] }

  package func map<Result>(_ transform: (Workspace) throws -> Result) rethrows -> [Result] {
    try items.map(transform)
  }
}

extension WorkerPool {
  /// Runs `body` once for each workspace, with its number.
  package func run<Workspace>(
    _ workspaces: Workspaces<Workspace>, _ body: @escaping @Sendable (Workspace, Int) -> Void
  ) {
    run(units: workspaces.count) { body(workspaces[$0], $0) }
  }
}

/// What the threads of a pool share. The threads own it, so that a pool can go while they wake.
private final class Crew: @unchecked Sendable {
  private let condition = NSCondition()
  private var body: (@Sendable (Int) -> Void)?
  private var unitCount = 0
  private var nextUnit = 0
  private var unfinished = 0
  private var isStopping = false

  func run(units: Int, _ body: @escaping @Sendable (Int) -> Void) {
    flushDenormals()
    condition.lock()
    precondition(self.body == nil, "a pool runs one set of units at a time")
    self.body = body
    (unitCount, nextUnit, unfinished) = (units, 0, units)
    condition.broadcast()
    takeUnits()
    while unfinished > 0 { condition.wait() }
    self.body = nil
    condition.unlock()
  }

  func work() {
    flushDenormals()
    condition.lock()
    while !isStopping {
      takeUnits()
      if !isStopping { condition.wait() }
    }
    condition.unlock()
  }

  func stop() {
    condition.lock()
    isStopping = true
    condition.broadcast()
    condition.unlock()
  }

  /// Takes units until none is left. Called and left with the lock held.
  private func takeUnits() {
    while nextUnit < unitCount, let body {
      let unit = nextUnit
      nextUnit += 1
      condition.unlock()
      body(unit)
      condition.lock()
      unfinished -= 1
      if unfinished == 0 { condition.broadcast() }
    }
  }
}

/// Makes this thread treat denormal numbers as zero: bits and speed would else depend on which
/// thread a unit ran on.
package func flushDenormals() { ck_flush_denormals() }
