import Learning
import WorldModels

/// A loss, a gradient or a number of a batch that is infinite or not a number.
public struct NonFiniteLoss: Error, CustomStringConvertible, Equatable {
  /// What was found first: a number of the batch by its place, a loss by its name, or "the
  /// gradient of" a parameter.
  public let name: String
  /// What it is; for a gradient, the norm of the gradients of all tensors.
  public let value: Float
  /// The update that was being made, counted from 1.
  public let update: Int
  /// Whether it stands in the batch, so that the agent is not to blame.
  public let isInput: Bool
  /// Where the batch was written to.
  public var batchFile: String?
  /// Whether the update was left out, for the run to go on.
  public var isLeftOut = false

  /// - Parameter update: counted from 1.
  public init(name: String, value: Float, update: Int, isInput: Bool = false) {
    self.name = name
    self.value = value
    self.update = update
    self.isInput = isInput
  }

  /// What is wrong and where, without advice.
  public var finding: String { "\(name) is \(value) in update \(update)" }

  /// What is wrong, where the batch is, and what to do about it, in a sentence.
  public var description: String {
    let file = batchFile.map { "; the batch is in \($0)" } ?? ""
    let remedy =
      isInput
      ? "mend the environment that it came from"
      : "resume from the last checkpoint with a smaller agent.opt.lr"
    let alternative = isLeftOut ? "" : ", or leave such updates out with run.on_nonfinite=skip"
    return "\(finding); no parameter was changed\(file); \(remedy)\(alternative)"
  }
}

extension Learner {
  /// Losses do not tell of every bad number: that of an infinite reward is finite.
  ///
  /// - Throws: ``NonFiniteLoss`` for the first number of the batch that is not finite.
  func checkFinite(_ batch: SequenceBatch, update: Int) throws {
    let vectors = agent.spaces.filter { !$0.isImage }.map(\.name)
    if let bad = batch.firstNonFinite(vectors: vectors) {
      throw NonFiniteLoss(name: bad.place, value: bad.value, update: update, isInput: true)
    }
  }

  /// - Throws: ``NonFiniteLoss`` for the first loss that is not finite, or else their total.
  func check(_ losses: LossMeans, update: Int) throws {
    guard let bad = losses.firstNonFinite(total: Self.totalName) else { return }
    throw NonFiniteLoss(name: bad.name, value: bad.value, update: update)
  }
}

extension SequenceBatch {
  /// The first number that the losses depend on and that is infinite or not a number, and its place
  /// in words.
  ///
  /// - Parameter vectors: the names of ``vectors``.
  func firstNonFinite(vectors names: [String]) -> (place: String, value: Float)? {
    let rows = context + length
    let inputs: [(name: String, values: [Float], rows: Int, before: Int)] =
      [("reward", rewards, rows, context)]
      + zip(names, vectors).map { ("observation \($0)", $1, rows, context) }
      + [
        ("action", previousActions, length, 0), ("stored deter", initialDeter, 1, 0),
        ("stored stoch", initialStoch, 1, 0),
      ]
    for (name, values, rows, before) in inputs where !values.allSatisfy(\.isFinite) {
      let width = values.count / max(size * rows, 1)
      // Of context rows, only the stored state counts.
      let bad = values.indices.first { !values[$0].isFinite && $0 / width % rows >= before }
      guard let bad else { continue }
      let row = bad / width
      return (
        "the \(name) of sequence \(row / rows) at row \(row % rows - before) of the batch",
        values[bad]
      )
    }
    return nil
  }
}
