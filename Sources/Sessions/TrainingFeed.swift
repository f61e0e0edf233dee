import Agents
import Randomness
import Synchronization
import Training

/// Steps of a training run on their way from the thread that trains to the one that shows them.
///
/// A few lie ready. While they are not yet shown, the run goes on unseen: watching costs a run no more
/// than the dream beside the steps that are shown.
package final class TrainingFeed: Sendable {
  /// What is shown of a run.
  package struct Item: Sendable {
    let step: WatchedStep
    /// Of the run.
    let environmentSteps: Int
    let updates: Int
    let recentReturn: Double?

    package init(
      step: WatchedStep, environmentSteps: Int, updates: Int, recentReturn: Double?
    ) {
      (self.step, self.environmentSteps) = (step, environmentSteps)
      (self.updates, self.recentReturn) = (updates, recentReturn)
    }
  }

  private struct State {
    var items: [Item] = []
    /// Whether steps are being gathered.
    var isGathering = true
    var isClosed = false
  }

  /// Steps that lie ready at most: an eyeful of the dream.
  private static let capacity = DreamBeside.length + 1

  private let state = Mutex(State())

  package init() {}

  /// Whether a step is wanted: from when few lie ready until there are enough.
  package var isOpen: Bool {
    state.withLock { state in
      if state.items.count >= Self.capacity { state.isGathering = false }
      if state.items.count <= Self.capacity / 4 { state.isGathering = true }
      return state.isGathering && !state.isClosed
    }
  }

  package func put(_ item: Item) { state.withLock { $0.items.append(item) } }

  package func take() -> Item? {
    state.withLock { $0.items.isEmpty ? nil : $0.items.removeFirst() }
  }

  /// Nobody watches any more.
  package func close() { state.withLock { $0.isClosed = true } }
}

/// Follows a run on its own thread, and dreams beside it.
package struct TrainingObserver {
  private let feed: TrainingFeed
  private var beside: DreamBeside

  package init(of trainer: Trainer, to feed: TrainingFeed) {
    self.feed = feed
    let key = Key(seed: UInt64(bitPattern: Int64(trainer.configuration.seed)))
    beside = DreamBeside(of: trainer.learner.agent, key: key.fold("watching"))
  }

  /// Is to be called after each step of the run; changes nothing of it.
  package mutating func look(at trainer: Trainer) {
    guard feed.isOpen, let moment = trainer.moment, let step = beside.follow(moment) else { return }
    feed.put(
      .init(
        step: step, environmentSteps: trainer.step, updates: trainer.learner.state.updates,
        recentReturn: trainer.recentReturn))
  }
}
