import Agents
import Configuration
import Randomness
import Testing
import TrainedAgents

@Suite("Any text as a configuration")
struct ConfigurationFuzzTests {
  private static let values = [
    "", "-1", "0", "1", "0.5", "1e3", "1e15", "1e16", "1e308", "-1e308", "nan", "inf",
    "9223372036854775807", "-9223372036854775808", "99999999999999999999", "0x10", "1_000", "true",
    "none", "[]", "[1]", "[0, -1]", "[9223372036854775807, 9223372036854775807, 3]", "[[1]]", "[1",
    "{", "{a: 1}", "'", "\"", "&a", "*a", "!!binary x", "a: b", "|", "> x", "#", "%", "ü", "\u{0}",
    "\n", "=", "a=b",
  ]

  private static var keys: [String] {
    // The lines of a configuration with their groups before them.
    var path: [(depth: Int, name: Substring)] = []
    return TrainingConfiguration().yaml().split(separator: "\n").compactMap { line in
      let depth = line.prefix { $0 == " " }.count
      path.removeAll { $0.depth >= depth }
      path.append((depth, line.dropFirst(depth).prefix { $0 != ":" }))
      return line.hasSuffix(":") ? nil : path.map(\.name).joined(separator: ".")
    }
  }

  @Test("every key takes every value or refuses it with an error that names it")
  func eachKey() throws {
    #expect(Self.keys.contains("agent.opt.lr") && Self.keys.contains("seed"))
    for key in Self.keys {
      for value in Self.values {
        do {
          let resolved = try TrainingConfiguration.resolve(set: ["\(key)=\(value)"])
          let again = try TrainingConfiguration(yaml: resolved.yaml())
          #expect(again == resolved.configuration, "\(key)=\(value)")
        } catch let error as ConfigurationError {
          #expect(!error.reason.isEmpty, "\(key)=\(value)")
        }
      }
    }
  }

  @Test("no number is infinite in single precision", arguments: ["1e300", "-1e300", "1e39"])
  func singlePrecision(value: String) throws {
    for key in Self.keys {
      guard let resolved = try? TrainingConfiguration.resolve(set: ["\(key)=\(value)"]) else {
        continue
      }
      // A text's value has quotes.
      #expect(resolved.yaml().contains("\"\(value)\""), "\(key)=\(value)")
    }
  }

  @Test("mutated files are read or refused")
  func files() throws {
    var generator = Generator(key: Key(seed: 5))
    let text = Array(TrainingConfiguration().yaml().utf8)
    for _ in 0..<300 {
      var bytes = text
      for _ in 0...generator.integer(below: 4) {
        let place = generator.integer(below: bytes.count)
        switch generator.integer(below: 3) {
        case 0: bytes[place] = UInt8(generator.integer(below: 256))
        case 1: bytes.remove(at: place)
        default: bytes.insert(bytes[generator.integer(below: bytes.count)], at: place)
        }
      }
      do {
        _ = try TrainingConfiguration(yaml: String(decoding: bytes, as: UTF8.self))
      } catch let error as ConfigurationError {
        #expect(!error.description.isEmpty)
      }
    }
  }
}
