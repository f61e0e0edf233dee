import EnvironmentInterface
import Kernels
import Randomness

/// Copies of an environment that are stepped together, on several threads where they are many.
///
/// Episode `e` of environment `i` begins from the key, `i` and `e`, so that episodes depend neither on
/// threads nor on each other.
public final class EnvironmentVector {
  /// What an environment is to do.
  public enum Command: Sendable, Equatable {
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

  public let count: Int
  private let seats: Workspaces<Seat>
  private let pool: WorkerPool?

  /// Environments that make it worth to wake other threads: to wake one costs what some ten of the
  /// fastest worlds' steps do.
  static let fewestForThreads = 32

  /// - Parameter pool: nil for stepping on the caller's thread alone.
  public init(_ environments: [any Environment], pool: WorkerPool? = nil) {
    count = environments.count
    seats = Workspaces(count: count) { Seat(environments[$0]) }
    self.pool = pool
  }

  /// Has environments do something, each its own; nil for nothing.
  ///
  /// - Parameter exchange: swaps the observation of an environment, by its number, with the one given:
  ///   is called before, to take the caller's buffer, and after, to give it back. So nothing is
  ///   copied.
  /// - Returns: how each one's episode stands; nil where it had nothing to do.
  /// - Throws: the error of the first environment that has one.
  public func run(
    _ commands: [Command?], exchange: (Int, inout Observation) -> Void
  ) throws -> [Step?] {
    precondition(commands.count == count, "\(commands.count) commands for \(count) environments")
    for index in 0..<count {
      seats[index].command = commands[index]
      exchange(index, &seats[index].observation)
    }
    if let pool, count >= Self.fewestForThreads {
      pool.run(seats) { seat, _ in seat.obey() }
    } else {
      for index in 0..<count { seats[index].obey() }
    }
    for index in 0..<count { exchange(index, &seats[index].observation) }
    return try commands.indices.map { index in
      commands[index] == nil ? nil : try seats[index].outcome.get()
    }
  }
}
