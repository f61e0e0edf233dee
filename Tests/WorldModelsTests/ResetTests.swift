import Autodiff
import EnvironmentInterface
import Kernels
import TestSupport
import Testing
import WorldModels

@Suite("resets and actions in the posterior path")
struct ResetTests {
  static let continuous = ActionSpace.continuous(low: [-1, -1], high: [1, 1])

  /// The path of the rows from `start` on as a fresh episode: from zeros, with the all-zero vector
  /// for its first action, and no mask anywhere.
  private func freshStates(
    _ world: TinyWorldModel, _ batch: SequenceBatch, from start: Int, _ tape: Tape
  ) -> [Float] {
    let (model, b) = (world.model, batch.size)
    let shard = BatchShard(batch, sequences: 0..<b)
    let rows = (batch.length - start) * b
    let tokens = model.encoder(shard, tape).rows(start * b..<batch.length * b)
    let actions = model.previousActions(shard, masked: false, tape)
      .rows(start * b..<batch.length * b)
    actions.rows(0..<b).values.fill(0)
    let keep = tape.arena.allocate(rows)
    keep.fill(1)
    let path = model.rssm.observe(
      tokens: tokens, previousActions: actions, keep: keep,
      from: model.rssm.initialState(rows: b, tape), using: { _ in .mode }, tape)
    return path.states.numbers
  }

  @Test(
    "trap 2: an episode's first row forgets deter, stoch and the previous action",
    arguments: [ActionSpace.discrete(count: 3), continuous], [0, 3, 5])
  func reset(actionSpace: ActionSpace, row: Int) throws {
    let world = try TinyWorldModel(actionSpace: actionSpace)
    var batch = world.batch()
    for b in 0..<batch.size { batch.isFirst[batch.row(b, row)] = true }
    // What came before ends there.
    if row > 0 { batch.isLast[batch.row(0, row - 1)] = true }
    let tape = world.makeTape()
    let pass = world.loss(batch, tape)
    let masked = pass.path.states.rows(row * batch.size..<pass.tokens.rows).numbers
    let fresh = freshStates(world, batch, from: row, tape)
    #expect(largestError(masked, fresh) < 1e-5)
  }

  /// Class 0 as an action is not the same as no action.
  @Test("trap 2: the masked action is the all-zero vector and not action 0")
  func allZero() throws {
    let world = try TinyWorldModel()
    var batch = world.batch()
    batch.previousActions = batch.previousActions.map { _ in 0 }
    batch.isFirst[batch.row(1, 2)] = true
    let tape = world.makeTape()
    let shard = BatchShard(batch, sequences: 0..<2)
    let actions = world.model.previousActions(shard, masked: true, tape)
    let expected = (0..<12).flatMap { $0 == 2 * 2 + 1 ? [0, 0, 0] : [1, 0, 0] as [Float] }
    #expect(actions.values.array == expected)
  }

  @Test("trap 2: only the sequence that begins is reset")
  func oneSequence() throws {
    let world = try TinyWorldModel()
    let batch = world.batch()
    var changed = batch
    changed.isFirst[batch.row(1, 3)] = true
    let (before, after) = (
      world.loss(batch, world.makeTape()), world.loss(changed, world.makeTape())
    )
    let width = world.model.rssm.features
    for t in 0..<6 {
      let (old, new) = (before.state(at: t, sequences: 2), after.state(at: t, sequences: 2))
      #expect(Array(old[..<width]) == Array(new[..<width]), "step \(t)")
      #expect((Array(old[width...]) == Array(new[width...])) == (t < 3), "step \(t)")
    }
  }

  @Test("trap 2: the terminal row itself is not masked, nor what comes before")
  func terminalRow() throws {
    let world = try TinyWorldModel()
    let plain = world.batch()
    var ended = plain
    for b in 0..<2 {
      ended.isLast[plain.row(b, 2)] = true
      ended.isTerminal[plain.row(b, 2)] = true
    }
    let (without, with) = (
      world.loss(plain, world.makeTape()), world.loss(ended, world.makeTape())
    )
    #expect(without.path.states.numbers == with.path.states.numbers)
    var reset = ended
    for b in 0..<2 { reset.isFirst[plain.row(b, 3)] = true }
    let next = world.loss(reset, world.makeTape())
    for t in 0..<3 {
      #expect(next.state(at: t, sequences: 2) == without.state(at: t, sequences: 2), "step \(t)")
    }
    #expect(next.state(at: 3, sequences: 2) != without.state(at: 3, sequences: 2))
  }

  @Test("trap 2: no gradient flows through a reset")
  func gradient() throws {
    let world = try TinyWorldModel()
    var batch = world.batch(size: 1)
    batch.isFirst[batch.row(0, 3)] = true
    let tape = world.makeTape()
    let pass = world.loss(batch, tape)
    pass.path.states.deter.rows(3..<6).gradient.fill(1)
    tape.backward()
    let gradient = pass.path.states.deter.gradient
    #expect(gradient.slice(0, count: 3 * 16).sumOfSquares == 0)
    #expect(gradient.slice(3 * 16, count: 16).sumOfSquares > 0)
  }

  @Test(
    "trap 1: the action fed with an observation is the one that led to it",
    arguments: [ActionSpace.discrete(count: 3), continuous])
  func alignment(actionSpace: ActionSpace) throws {
    let world = try TinyWorldModel(actionSpace: actionSpace)
    let batch = world.batch(size: 1)
    let stored = actionSpace.storedCount
    for row in 0..<batch.length {
      var changed = batch
      let index = row * stored
      changed.previousActions[index] =
        actionSpace == Self.continuous
        ? -batch.previousActions[index]
        : (batch.previousActions[index] + 1).truncatingRemainder(dividingBy: 3)
      let (before, after) = (
        world.loss(batch, world.makeTape()), world.loss(changed, world.makeTape())
      )
      for t in 0..<batch.length {
        let isSame = before.state(at: t, sequences: 1) == after.state(at: t, sequences: 1)
        if t < row { #expect(isSame, "action \(row) and step \(t)") }
        if t == row { #expect(!isSame, "action \(row) and step \(t)") }
      }
    }
  }

  @Test("trap 1: the first row's state is the step from the initial state with its previous action")
  func firstStep() throws {
    let world = try TinyWorldModel()
    let batch = world.batch()
    let tape = world.makeTape()
    let pass = world.loss(batch, tape)
    let rssm = world.model.rssm
    let next = rssm.initialState(rows: 2, tape)
    let first = [0, batch.length].map { batch.previousActions[$0] }
    rssm.imagine(
      from: world.model.initialState(BatchShard(batch, sequences: 0..<2), tape),
      action: world.model.actionInput(first, tape), draw: .mode, into: next, tape)
    #expect(
      largestError(pass.path.states.deter.rows(0..<2).values.array, next.deter.values.array) < 1e-6)
  }

  @Test("a table of the actions' parts gives the step that the actions give, to the bit")
  func actionTable() throws {
    let world = try TinyWorldModel()
    let (batch, tape, rssm) = (world.batch(), world.makeTape(), world.model.rssm)
    let actions = world.model.actionInput([0, 2], tape)
    let start = world.model.initialState(BatchShard(batch, sequences: 0..<2), tape)
    let table = try #require(rssm.actionParts(count: actions.columns, tape))
    #expect(!table.isTracked && table.rows == actions.columns && table.columns == rssm.deter)
    #expect(rssm.actionParts(count: rssm.configuration.hidden + 1, tape) == nil)
    let states = [table, nil].map { table in
      let next = rssm.initialState(rows: 2, tape)
      rssm.imagine(
        from: start, action: actions, actionParts: table, draw: .mode, into: next, tape)
      return next.deter.values.array
    }
    #expect(states[0] == states[1])
    #expect(states[0].contains { $0 != 0 })
  }

  @Test("actions beyond [-1, 1] are clipped before the model sees them")
  func clipped() throws {
    let world = try TinyWorldModel(actionSpace: Self.continuous)
    var (far, near) = (world.batch(size: 1), world.batch(size: 1))
    far.previousActions = far.previousActions.indices.map { $0 % 2 == 0 ? 7 : -0.25 }
    near.previousActions = near.previousActions.indices.map { $0 % 2 == 0 ? 1 : -0.25 }
    #expect(
      world.loss(far, world.makeTape()).path.states.numbers
        == world.loss(near, world.makeTape()).path.states.numbers)
  }
}
