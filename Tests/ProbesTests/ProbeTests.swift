import Agents
import EnvironmentInterface
import Gridworld
import Kernels
import Pendulum
import Probes
import Randomness
import Testing

@Suite("Latent probes")
struct ProbeTests {
  init() throws { try GEMM.load() }

  /// Episodes of 20 moments with two numbers of deter and a latent of four classes.
  private func episodes(_ count: Int) -> [ProbedEpisode] {
    var generator = Generator(key: Key(seed: 3))
    return (0..<count).map { _ in
      var (deter, stoch, truth) = ([Float](), [Float](), [[TrueValue]]())
      for _ in 0..<20 {
        let (x, y) = (generator.normal(), generator.normal())
        let number = generator.integer(below: 4)
        deter += [Float(x), Float(y)]
        stoch += (0..<4).map { $0 == number ? 1 : 0 }
        truth.append([
          TrueValue("sum", .number(3 * x - y + 7)),
          TrueValue("place", .choice(number, of: ["a", "b", "c", "d", "e"])),
          TrueValue("side", .choice(x + y > 0 ? 1 : 0, of: ["left", "right"])),
          TrueValue("fixed", .choice(1, of: ["no", "yes"])),
          TrueValue("still", .number(2)),
        ])
      }
      return ProbedEpisode(
        states: LatentStates(deter: deter, stoch: stoch), truth: truth)
    }
  }

  @Test("each part of a state is read for what is in it, and for no more")
  func parts() throws {
    let table = ProbeTable(episodes(40), deter: 2, fitEpisodes: 30)
    #expect(table.fitMoments == 600 && table.testMoments == 200)
    #expect(table.fitEpisodes == 30 && table.testEpisodes == 10)
    #expect(table.lines.map(\.name) == ["sum", "place", "side", "fixed", "still"])
    #expect(table.lines.map(\.classes) == [nil, 4, 2, 1, nil])
    let sum = try #require(table.lines[0].scores)
    #expect(sum.deter > 0.999 && sum.both > 0.999 && sum.stoch < 0.1)
    let place = try #require(table.lines[1].scores)
    #expect(place.stoch == 1 && place.both == 1 && place.deter < 0.5)
    let side = try #require(table.lines[2].scores)
    #expect(side.deter > 0.97 && side.both > 0.97 && side.stoch < 0.7)
    #expect(table.lines[1].baseline > 0.15 && table.lines[1].baseline < 0.4)
  }

  @Test("what does not vary has no scores, and is known without looking")
  func constants() {
    let table = ProbeTable(episodes(12), deter: 2, fitEpisodes: 10)
    #expect(table.lines[3].scores == nil && table.lines[3].baseline == 1)
    #expect(table.lines[4].scores == nil && table.lines[4].baseline == 0)
  }

  @Test("an agent is probed in a world, the same way each time")
  func agent() throws {
    let world = try #require(try GridworldEnvironments.make(id: "gridworld/Empty-5x5"))
    var configuration = AgentConfiguration()
    (configuration.dyn.rssm.deter, configuration.dyn.rssm.hidden) = (16, 8)
    (configuration.dyn.rssm.stoch, configuration.dyn.rssm.classes) = (4, 4)
    (configuration.dyn.rssm.blocks, configuration.enc.simple.depth) = (4, 4)
    let agent = try Agent(
      configuration, spaces: world.observationSpaces, actionSpace: world.actionSpace,
      key: Key(seed: 0))
    var plan = ProbePlan()
    (plan.fitEpisodes, plan.testEpisodes, plan.moments) = (4, 2, 30)
    let table = try #require(try agent.probe(in: { makeDriven(world) }, plan))
    #expect(table.lines.map(\.name) == ["cell", "direction", "carried"])
    #expect(table.fitMoments <= 120 && table.testMoments <= 60)
    #expect(table.lines[0].classes ?? 0 > 1)
    #expect(try agent.probe(in: { makeDriven(world) }, plan) == table)
  }
}
