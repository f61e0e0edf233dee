import Agents
import Kernels
import Randomness
import Testing
import WorldModels

@Suite("Numbers that are not finite")
struct NonFiniteTests {
  private func train(_ learner: Learner, _ batch: SequenceBatch) throws {
    _ = try learner.train(batch, draws: .random(Key(seed: 1)), pool: WorkerPool(threads: 1))
  }

  /// All that an update may change.
  private func contents(_ learner: Learner) -> [[UInt32]] {
    ([learner.agent.parameters.values] + learner.optimizer.state.map(\.values)).map {
      $0.array.map(\.bitPattern)
    }
  }

  /// Trains once, then on a batch that was changed, and expects nothing to happen.
  private func expectRefusal(
    _ change: (inout SequenceBatch) -> Void
  ) throws -> NonFiniteLoss {
    let learner = try PointWorld.makeLearner()
    var batch = PointWorld.batch(learner.agent)
    try train(learner, batch)
    let (before, state) = (contents(learner), learner.state)
    change(&batch)
    let problem = try #require(throws: NonFiniteLoss.self) { try train(learner, batch) }
    #expect(contents(learner) == before)
    #expect(learner.state == state)
    // The learner is as good as ever.
    try train(learner, PointWorld.batch(learner.agent))
    #expect(learner.state.updates == 2)
    return problem
  }

  @Test("a reward that is none stops the update, and is named", arguments: [Float.nan, .infinity])
  func reward(bad: Float) throws {
    let problem = try expectRefusal { $0.rewards[$0.row(1, 5)] = bad }
    #expect(problem.name == "the reward of sequence 1 at row 5 of the batch")
    #expect(problem.value.bitPattern == bad.bitPattern)
    #expect(problem.update == 2)
    #expect(problem.isInput)
  }

  @Test("so does an observation", arguments: [Float.nan, .infinity])
  func observation(bad: Float) throws {
    let problem = try expectRefusal { $0.vectors[0][2 * $0.row(3, 0) + 1] = bad }
    #expect(problem.name == "the observation state of sequence 3 at row 0 of the batch")
  }

  @Test("so do an action and a stored latent state")
  func stored() throws {
    let action = try expectRefusal { $0.previousActions[9] = .nan }
    #expect(action.name == "the action of sequence 1 at row 1 of the batch")
    let state = try expectRefusal { $0.initialDeter[20] = .nan }
    #expect(state.name == "the stored deter of sequence 1 at row 0 of the batch")
  }

  @Test("a number of a context row is not used and is no fault")
  func context() throws {
    let learner = try PointWorld.makeLearner()
    var batch = PointWorld.batch(learner.agent)
    batch.rewards[batch.row(2, -1)] = .nan
    try train(learner, batch)
    #expect(learner.state.updates == 1)
  }

  @Test("where the batch is sound, the loss that parameters spoilt is named")
  func parameters() throws {
    let learner = try PointWorld.makeLearner()
    let entry = try #require(learner.agent.parameters.entry(named: "rew/head/logits/bias"))
    learner.agent.parameters[entry].fill(.nan)
    let problem = try #require(throws: NonFiniteLoss.self) {
      try train(learner, PointWorld.batch(learner.agent))
    }
    #expect(problem.name == "loss/rew")
    #expect(!problem.isInput)
  }

  @Test("a gradient that is too large is named by its parameter, before anything is changed")
  func gradient() throws {
    let learner = try PointWorld.makeLearner { $0.lossScales.rew = 1e37 }
    let before = contents(learner)
    let problem = try #require(throws: NonFiniteLoss.self) {
      try train(learner, PointWorld.batch(learner.agent))
    }
    // Its kernel is zero at first, so no gradient goes further back than to the output.
    #expect(problem.name == "the gradient of rew/head/logits/kernel")
    #expect(contents(learner) == before)
  }

  @Test("the message says what, where from, and what to do")
  func message() {
    var problem = NonFiniteLoss(name: "loss/rew", value: .nan, update: 7)
    #expect(
      problem.description == "loss/rew is nan in update 7; no parameter was changed; resume from "
        + "the last checkpoint with a smaller agent.opt.lr, or leave such updates out with "
        + "run.on_nonfinite=skip")
    problem.batchFile = "run/nonfinite/7-0.safetensors"
    #expect(
      problem.description.contains("changed; the batch is in run/nonfinite/7-0.safetensors; "))
    problem.isLeftOut = true
    #expect(
      problem.description.hasSuffix("; resume from the last checkpoint with a smaller agent.opt.lr")
    )
    let input = NonFiniteLoss(name: "the reward", value: .infinity, update: 7, isInput: true)
    #expect(
      input.description == "the reward is inf in update 7; no parameter was changed; mend the "
        + "environment that it came from, or leave such updates out with run.on_nonfinite=skip")
  }
}
