import EnvironmentInterface
import Gridworld
import Sessions
import Testing
import Viewer

@Suite("Key bindings")
struct KeyBindingsTests {
  private let grid: KeyBindings

  init() throws {
    let world = try #require(try GridworldEnvironments.make(id: "gridworld/Empty-5x5"))
    grid = KeyBindings(for: world.actionSpace, world.information)
  }

  @Test("a gridworld's actions have keys that people know")
  func grid7() {
    let keys: [(Keystroke, Int)] = [
      (.left, 0), (.character("a"), 0), (.right, 1), (.character("d"), 1), (.up, 2),
      (.character("w"), 2), (.character("p"), 3), (.character("x"), 4), (.character(" "), 5),
      (.character("t"), 5), (.enter, 6), (.character("6"), 6),
    ]
    for (key, number) in keys { #expect(grid.action(for: key) == .discrete(number)) }
    for key in [Keystroke.down, .character("q"), .character("7"), .escape] {
      #expect(grid.action(for: key) == nil)
    }
    #expect(grid.help.first == KeyHelp([.left, .character("a"), .character("0")], "left"))
    #expect(grid.help.count == 7 && !grid.isContinuous)
  }

  @Test("a world of one's own names its keys, and what is no key is passed over")
  func ownKeys() {
    let information = EnvironmentInformation(
      actionNames: ["jump"], actionKeys: ["jump": ["space", "j", "spacebar", ""]])
    let keys = KeyBindings(for: .discrete(count: 1), information)
    #expect(keys.help == [KeyHelp([.character(" "), .character("j"), .character("0")], "jump")])
  }

  @Test("actions without names have their numbers")
  func numbers() {
    let keys = KeyBindings(for: .discrete(count: 12), .init())
    #expect(keys.action(for: .character("9")) == .discrete(9))
    #expect(keys.help[9] == KeyHelp([.character("9")], "action 9"))
    #expect(keys.help[11] == KeyHelp([], "action 11"))
    #expect(keys.name(of: .discrete(3)) == "action 3")
  }

  @Test("arrows push a continuous action to its ends, and held keys add up")
  func pushes() {
    let keys = KeyBindings(for: .continuous(low: [-1, -1, -1], high: [1, 1, 1]), .init())
    #expect(keys.action(for: .left) == .continuous([-1, 0, 0]))
    #expect(keys.action(for: .character(" ")) == .continuous([0, 0, 0]))
    #expect(keys.action(holding: [.right, .up]) == .continuous([1, 1, 0]))
    #expect(keys.action(holding: [.right, .character("d")]) == .continuous([1, 0, 0]))
    #expect(keys.action(holding: [.left, .right, .escape]) == .continuous([0, 0, 0]))
    #expect(keys.action(for: .enter) == nil && keys.isContinuous)
    #expect(keys.name(of: .continuous([1, 0, -1])) == "1.00, 0.00, -1.00")
  }
}
