import Agents
import EnvironmentInterface
import ReplayBuffers
import Testing
import Training
import WorldModels

@Suite("Batches from replay")
struct BatchMakerTests {
  /// Two windows of four rows whose action, reward and latents tell which row they are.
  private func makeReplayed() -> ReplayBatch {
    let layout = ReplayLayout(
      imageSizes: [], vectorSizes: [1], actionSize: 1, deter: 1, stochBytes: 2)
    var batch = ReplayBatch(layout: layout, sequences: 2, length: 4)
    for row in 0..<8 {
      batch.actions[row] = Float(row % 5)
      batch.rewards[row] = Float(row)
      batch.deter[row] = Float(row) / 10
      batch.stoch[2 * row] = UInt8(row % 3)
      batch.stoch[2 * row + 1] = UInt8((row + 1) % 3)
    }
    return batch
  }

  private func makeBatches(context: Int) throws -> BatchMaker {
    var configuration = AgentConfiguration()
    configuration.dyn.rssm.deter = 8
    configuration.dyn.rssm.hidden = 4
    configuration.dyn.rssm.stoch = 2
    configuration.dyn.rssm.classes = 3
    configuration.enc.simple.units = 4
    configuration.dec.simple.units = 4
    configuration.rewhead.units = 4
    configuration.conhead.units = 4
    configuration.policy.units = 4
    configuration.value.units = 4
    let agent = try Agent(
      configuration, spaces: [ObservationSpace(name: "v", kind: .vector(count: 1))],
      actionSpace: .discrete(count: 5), key: .init(seed: 0))
    return BatchMaker(agent, context: context)
  }

  @Test("trap 1: the action fed with an observation is the one that led to it")
  func alignment() throws {
    var batches = try makeBatches(context: 1)
    let batch = batches.makeBatch(makeReplayed())
    // Rows 1 to 3 of each window are trained on; actions of rows 0 to 2 led to them.
    #expect(batch.previousActions == [0, 1, 2, 4, 0, 1])
    #expect(batch.rewards[batch.row(0, 0)] == 1)
    #expect(batch.rewards[batch.row(1, 2)] == 7)
  }

  @Test("the state before the first train row is the stored latent of the last context row")
  func context() throws {
    var batches = try makeBatches(context: 2)
    let batch = batches.makeBatch(makeReplayed())
    #expect(batch.length == 2)
    #expect(batch.initialDeter == [0.1, 0.5])
    // Row 1 has classes 1 and 2, row 5 classes 2 and 0.
    #expect(batch.initialStoch == [0, 1, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0])
    #expect(batch.previousActions == [1, 2, 0, 1])
  }

  @Test("without context a sequence begins from zeros, and its first action is none")
  func noContext() throws {
    var batches = try makeBatches(context: 0)
    let batch = batches.makeBatch(makeReplayed())
    #expect(batch.initialDeter == [0, 0])
    #expect(batch.initialStoch == Array(repeating: 0, count: 12))
    #expect(batch.previousActions == [0, 0, 1, 2, 0, 4, 0, 1])
  }

  @Test("a later piece of the same windows goes on from the state that training left")
  func consecutivePieces() throws {
    var batches = try makeBatches(context: 0)
    var replayed = makeReplayed()
    let latents = LatentStates(
      deter: (0..<8).map(Float.init), stoch: (0..<48).map(Float.init))
    batches.remember(latents, of: replayed)
    replayed.consec = 1
    let batch = batches.makeBatch(replayed)
    #expect(batch.initialDeter == [3, 7])
    #expect(batch.initialStoch == [18, 19, 20, 21, 22, 23, 42, 43, 44, 45, 46, 47])
    #expect(batch.previousActions == [3, 0, 1, 2, 2, 4, 0, 1])
  }

  @Test("a later piece begins from replay's latents where the one before was not trained on")
  func pieceAfterGap() throws {
    var batches = try makeBatches(context: 2)
    var replayed = makeReplayed()
    let first = batches.makeBatch(replayed)
    // Of other windows.
    batches.remember(
      .init(deter: (0..<4).map(Float.init), stoch: (0..<24).map(Float.init)), of: replayed)
    batches.forget()
    replayed.consec = 1
    let batch = batches.makeBatch(replayed)
    #expect(batch.initialDeter == first.initialDeter && batch.initialStoch == first.initialStoch)
    #expect(batch.previousActions == first.previousActions)
  }
}
