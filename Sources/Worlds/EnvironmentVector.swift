import EnvironmentInterface
import Kernels
import Randomness
import Runs

/// Copies of an environment that are stepped together, on several threads where their work is worth
/// it.
///
/// Each environment obeys its own commands whole on one thread, so that what it shows depends neither
/// on threads nor on the others.
package final class EnvironmentVector {
  /// What an environment is to do.
  package enum Command: Sendable, Equatable {
    case begin(Key)
    case act(Action)
  }

  /// An environment, what it shows, and how its last command went.
  private final class Seat {
    var environment: any Environment
    var observation: Observation
    var outcome: Result<Step, any Error> = .success(.first)
    var command: Command?

    init(_ environment: any Environment) {
      self.environment = environment
      observation = environment.makeObservation()
    }

    func obey() {
      guard let command else { return }
      outcome = Result {
        switch command {
        case .begin(let key): try environment.reset(key: key, into: &observation)
        case .act(let action): try environment.step(action, into: &observation)
        }
      }
    }
  }

  package let count: Int
  private let seats: Workspaces<Seat>
  private let pool: WorkerPool?
  private let worthwhile: Double
  /// What a command took of late.
  private var secondsPerCommand = 0.0

  /// - Parameters:
  ///   - pool: nil for stepping on the caller's thread alone.
  ///   - worthwhile: seconds of work for which the other threads are woken. By default several times
  ///     what it costs to wake them.
  package init(
    _ environments: [any Environment], pool: WorkerPool? = nil, worthwhile: Double = 50e-6
  ) {
    count = environments.count
    seats = Workspaces(count: count) { Seat(environments[$0]) }
    self.pool = pool
    self.worthwhile = worthwhile
  }

  /// Has environments do something, each its own; nil for nothing.
  ///
  /// - Parameter exchange: swaps the observation of an environment, by its number, with the one given:
  ///   is called before, to take the caller's buffer, and after, to give it back. So nothing is
  ///   copied.
  /// - Returns: how each one's episode stands; nil where it had nothing to do.
  /// - Throws: the error of the first environment that has one.
  package func run(
    _ commands: [Command?], exchange: (Int, inout Observation) -> Void
  ) throws -> [Step?] {
    precondition(commands.count == count, "\(commands.count) commands for \(count) environments")
    for index in 0..<count {
      seats[index].command = commands[index]
      exchange(index, &seats[index].observation)
    }
    obey(commands.count { $0 != nil })
    for index in 0..<count { exchange(index, &seats[index].observation) }
    return try commands.indices.map { index in
      commands[index] == nil ? nil : try seats[index].outcome.get()
    }
  }

  /// - Parameter commandCount: environments that have something to do.
  private func obey(_ commandCount: Int) {
    guard commandCount > 0 else { return }
    let clock = Stopwatch()
    let work = secondsPerCommand * Double(commandCount)
    if let pool, pool.threadCount > 1, commandCount > 1, work >= worthwhile {
      obey(on: pool)
      // Not all threads had work all the time; a bound is good enough.
      secondsPerCommand = clock.seconds * Double(pool.threadCount) / Double(commandCount)
    } else {
      for index in 0..<count { seats[index].obey() }
      secondsPerCommand = clock.seconds / Double(commandCount)
    }
  }

  /// Gives each thread several turns, that one with slow environments does not hold up the others.
  private func obey(on pool: WorkerPool) {
    let seats = seats
    let group = max(1, count / (4 * pool.threadCount))
    pool.run(units: (count + group - 1) / group) { unit in
      for index in unit * group..<min((unit + 1) * group, seats.count) { seats[index].obey() }
    }
  }
}
