import EnvironmentInterface
import Foundation
import Randomness
import Synchronization

/// Threads that something was done on.
package final class ThreadLog: Sendable {
  private let threads = Mutex<Set<ObjectIdentifier>>([])

  package init() {}

  package func note() { threads.withLock { _ = $0.insert(ObjectIdentifier(Thread.current)) } }

  package var count: Int { threads.withLock(\.count) }
}

/// A walk on a line of eight cells that slips at random and ends after some steps: small, but random
/// in every way, and as slow as is asked for.
package struct Walk: Environment {
  package var id = "test/walk"
  /// What a step takes, for its work to be worth other threads.
  package var seconds = 0.0
  /// Where its threads are noted; shared by its copies.
  package var log: ThreadLog?
  /// The step that fails; none by default.
  package var failingStep = 0
  private var generator = Generator(key: Key(seed: 0))
  private var position = 0
  private var stepCount = 0
  private var length = 0

  package init(
    id: String = "test/walk", seconds: Double = 0, log: ThreadLog? = nil, failingStep: Int = 0
  ) {
    (self.id, self.seconds, self.log, self.failingStep) = (id, seconds, log, failingStep)
  }

  package let observationSpaces = [
    ObservationSpace(name: "image", kind: .image(height: 8, width: 8, channels: 1)),
    ObservationSpace(name: "position", kind: .vector(count: 1)),
  ]
  package let actionSpace = ActionSpace.discrete(count: 3)

  package mutating func reset(key: Key, into observation: inout Observation) -> Step {
    generator = Generator(key: key)
    (position, stepCount, length) = (
      generator.integer(below: 8), 0, 3 + generator.integer(below: 9)
    )
    show(in: &observation)
    return .first
  }

  package mutating func step(_ action: Action, into observation: inout Observation) throws -> Step {
    log?.note()
    if seconds > 0 { Thread.sleep(forTimeInterval: seconds) }
    stepCount += 1
    if stepCount == failingStep {
      throw EnvironmentError(
        environment: id, step: stepCount, problem: "position \(position)", remedy: "go on")
    }
    let wish = if case .discrete(let index) = action { index - 1 } else { 0 }
    let slip = generator.integer(below: 3) - 1
    position = min(max(position + wish + slip, 0), 7)
    show(in: &observation)
    return Step(
      reward: Double(position) / 7, isLast: stepCount == length,
      isTerminal: stepCount == length && length % 2 == 0)
  }

  private func show(in observation: inout Observation) {
    for pixel in 0..<64 { observation.images[0][pixel] = pixel % 8 == position ? 255 : 0 }
    observation.vectors[0][0] = Float(position)
  }
}
