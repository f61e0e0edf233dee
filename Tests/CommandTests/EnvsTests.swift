import Foundation
import Testing

@Suite("dreamer envs")
struct EnvsTests {
  let shell: Shell

  init() throws { shell = try Shell() }

  /// Of the text, which has columns at least two spaces apart.
  private func columns(of line: Substring) -> [String] {
    line.replacing(#/ {2,}/#, with: "\t").split(separator: "\t").map(String.init)
  }

  @Test("a line each says what a world shows, takes and earns, and what is to be done")
  func text() throws {
    let lines = try shell.run("envs").output.split(separator: "\n")
    #expect(
      lines.first.map(columns) == [
        "id", "shows", "actions", "steps", "reward", "best", "what is to be done",
      ])
    let expected = [
      [
        "gridworld/Empty-5x5", "image 56×56×3", "7", "100", "0…1", "0.955",
        "Get to the green goal square.",
      ],
      [
        "gridworld/Dynamic-Obstacles-16x16", "image 56×56×3", "3", "1024", "-1…1", "0.9763",
        "Get to the green goal square without running into a ball.",
      ],
      [
        "pendulum/classic", "image 64×64×3", "-2…2", "200", "-16.27…0", "-",
        "Swing a rod up with a motor that is too weak to lift it, and hold it there.",
      ],
      [
        "pendulum/swingup", "image 64×64×3", "-1…1", "1000", "0…1", "-",
        "Swing a ball on a pole up with a motor that is too weak to lift it, and balance it.",
      ],
    ]
    for row in expected { #expect(lines.map(columns).filter { $0[0] == row[0] } == [row]) }
  }

  @Test("columns are aligned, and what is measured takes at most a hundred characters")
  func alignment() throws {
    let lines = try shell.run("envs").output.split(separator: "\n").map(Array.init)
    #expect(lines.count > 50)
    let head = String(lines[0])
    for name in ["shows", "actions", "steps", "reward", "best", "what"] {
      let start = try #require(head.range(of: " \(name)")).upperBound
      let column = head.distance(from: head.startIndex, to: start) - name.count
      #expect(column <= 100)
      for line in lines { #expect(line[column - 1] == " " && line[column] != " ") }
    }
  }

  @Test("the JSON object holds the same worlds, and null for what is not known")
  func json() throws {
    let object = try Shell.object(shell.run("envs", "--json").output)
    let worlds = try #require(object["environments"] as? [[String: Any]])
    let ids = try shell.run("envs").output.split(separator: "\n").dropFirst().map {
      columns(of: $0)[0]
    }
    #expect(worlds.compactMap { $0["id"] as? String } == ids)

    let grid = try #require(worlds.first { $0["id"] as? String == "gridworld/Empty-5x5" })
    #expect(grid["observations"] as? [String: [Int]] == ["image": [56, 56, 3]])
    let actions = try #require(grid["actions"] as? [String: Any])
    #expect(actions["discrete"] as? Int == 7)
    #expect(
      actions["names"] as? [String] == [
        "left", "right", "forward", "pickup", "drop", "toggle", "done",
      ])
    #expect(grid["step_limit"] as? Int == 100)
    #expect(grid["reward_range"] as? [Double] == [0, 1])
    #expect(grid["best_return"] as? Double == 0.955)
    #expect(grid["defines_success"] as? Bool == true)
    #expect(grid["summary"] as? String == "Get to the green goal square.")

    let pendulum = try #require(worlds.first { $0["id"] as? String == "pendulum/swingup" })
    #expect(pendulum["actions"] as? [String: [Double]] == ["low": [-1], "high": [1]])
    #expect(pendulum["best_return"] is NSNull)
    #expect(pendulum["defines_success"] as? Bool == false)
  }
}
