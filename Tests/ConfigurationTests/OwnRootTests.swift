import Configuration
import Foundation
import Testing

/// Settings of a program that trains no agent.
private struct Kettle: ConfigurationRoot {
  struct Heater: Codable, Sendable, Equatable {
    var watts = 2000.0
    var stages = [1, 2]
  }

  var name = "kettle"
  var litres = 1
  var keepsWarm = false
  var heater = Heater()

  static let ranges: [ConfigurationRange] = .all(
    .each("litres", are: .within(1...3)),
    [(pattern: "watts", rule: .above(0))].under("heater"),
    .each("name", are: .named("a word") { !$0.contains(" ") }))

  static let presets = [
    ConfigurationPreset(name: "large", yaml: "litres: 3\nheater:\n  watts: 3000\n"),
    ConfigurationPreset(name: "travel", yaml: "include: large\nlitres: 1\n"),
  ]

  static func ownPreset(of table: ConfigurationTable<Kettle>) -> String? {
    table.text(of: "name") == "urn" ? "large" : nil
  }

  static func advice(forUnknown key: String) -> String? {
    key == "whistle" ? "it is silent" : nil
  }

  func check(_ table: ConfigurationTable<Kettle>) throws {
    try table.require(
      heater.watts >= 1000 * Double(litres) - 500, "heater.watts",
      "must be enough for \(litres) litres")
  }
}

@Suite("A configuration of a root that is not training's")
struct OwnRootTests {
  private func failure(_ set: String...) throws -> String {
    try #require(throws: ConfigurationError.self) { try Kettle.resolve(set: set) }.description
  }

  @Test("values come from defaults, the own preset, presets, options and --set, in this order")
  func order() throws {
    #expect(try Kettle.resolve().configuration == Kettle())
    let travel = try Kettle.resolve(
      presets: ["travel"], options: [(name: "--warm", assignment: "keeps_warm=true")],
      set: ["heater.stages=[3]"])
    #expect(travel.configuration.litres == 1 && travel.configuration.heater.watts == 3000)
    #expect(travel.configuration.keepsWarm && travel.configuration.heater.stages == [3])
    #expect(travel.origins["keeps_warm"] == .option("--warm"))
    #expect(travel.origins["heater.watts"] == .preset("large"))
    #expect(travel.yaml(withOrigins: true).contains("  watts: 3000.0  # preset large\n"))
    let urn = try Kettle.resolve(set: ["name=urn"])
    #expect(urn.configuration.litres == 3 && urn.origins["litres"] == .preset("large"))
    #expect(Kettle.keys == ["name", "litres", "keeps_warm", "heater.watts", "heater.stages"])
  }

  @Test("its own rules, relations and advice are what errors say")
  func errors() throws {
    #expect(try failure("litres=4") == "litres=4 (--set): must be 1 to 3")
    #expect(try failure("heater.watts=0") == "heater.watts=0.0 (--set): must be above 0")
    #expect(try failure("name=two words") == "name=\"two words\" (--set): must be a word")
    #expect(
      try failure("litres=3", "heater.watts=2400")
        == "heater.watts=2400.0 (--set): must be enough for 3 litres")
    #expect(try failure("whistle=1") == "whistle=1 (--set): there is no such key; it is silent")
    #expect(try failure("liters=1").contains("the nearest is litres"))
    #expect(try failure("large").contains("presets are --preset large"))
    let unknown = try #require(throws: ConfigurationError.self) {
      try Kettle.resolve(presets: ["larg"])
    }
    #expect(unknown.reason.contains("the nearest is large, all are large, travel"))
  }

  @Test("what is written is read back, and differences are told")
  func exchange() throws {
    var kettle = Kettle()
    (kettle.litres, kettle.heater.watts) = (2, 1800)
    #expect(try Kettle(yaml: kettle.yaml()) == kettle)
    #expect(kettle.differences().map(\.key) == ["litres", "heater.watts"])
    #expect(kettle.differences(from: kettle).isEmpty)
    kettle.litres = 9
    #expect(throws: ConfigurationError.self) { try kettle.validate() }
  }
}
