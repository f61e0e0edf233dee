import EnvironmentInterface
import Foundation
import Randomness
import ReplayBuffers
import ReplaySettings
import Testing

@Suite("Replay's configuration and statistics")
struct ConfigurationTests {
  @Test("the defaults are the reference's and valid")
  func defaults() throws {
    let configuration = ReplayConfiguration()
    try configuration.validate()
    #expect(configuration.size == 5_000_000 && configuration.chunksize == 1024)
    #expect(configuration.online && configuration.fracs.uniform == 1)
  }

  @Test("sizes are numbers with a unit")
  func sizes() {
    #expect(ByteSize.parse("512MB") == 512_000_000 && ByteSize.parse("2 GiB") == 2 << 30)
    #expect(ByteSize.parse("1.5kb") == 1500 && ByteSize.parse("64") == 64)
    for text in ["", "MB", "-1MB", "many", "1e300GB", "nan"] {
      #expect(ByteSize.parse(text) == nil)
    }
    #expect(ByteSize.text(512_000_000) == "512 MB" && ByteSize.text(1_500) == "1.5 kB")
    #expect(ByteSize.text(0) == "0 B" && ByteSize.text(9) == "9 B")
  }

  @Test("a memory that is no size, or that its first rows overflow, is refused in words")
  func memory() throws {
    var configuration = ReplayConfiguration()
    configuration.memory = "lots"
    #expect {
      try configuration.validate()
    } throws: {
      "\($0)"
        == "replay.memory is lots: it must be a number of bytes with a unit, 512MB or 2GiB for one"
    }
    configuration.memory = "1kB"
    // 26 bytes of record and 8 of latents; blocks of 32 rows; four of them with a quarter to spare.
    #expect {
      _ = try Replay(
        configuration, layout: smallLayout, streamCount: 2, windowLength: 3, key: Key(seed: 0),
        in: URL(fileURLWithPath: "/nowhere"))
    } throws: {
      "\($0)" == "replay.memory is 1kB: must be at least 5.8 kB for 2 environments with 34 B a step"
    }
  }

  @Test("numbers out of range are refused with their key")
  func ranges() {
    let changes: [(String, (inout ReplayConfiguration) -> Void)] = [
      ("replay.size", { $0.size = 0 }), ("replay.chunksize", { $0.chunksize = -1 }),
      ("replay.size", { $0.size = 1_000_000_000_000 }),
      ("replay.chunksize", { $0.chunksize = .max }),
      ("replay.recexp", { $0.recexp = .nan }), ("replay.fracs", { $0.fracs.recency = 0.5 }),
      ("replay.fracs", { ($0.fracs.uniform, $0.fracs.recency) = (2, -1) }),
      ("replay.fracs", { $0.fracs.priority = 0.1 }),
      ("replay.prio.exponent", { $0.prio.exponent = -1 }),
      ("replay.prio.maxfrac", { $0.prio.maxfrac = 2 }),
      ("replay.prio.initial", { $0.prio.initial = .nan }), ("replay.memory", { $0.memory = "0" }),
    ]
    for (key, change) in changes {
      var configuration = ReplayConfiguration()
      change(&configuration)
      #expect { try configuration.validate() } throws: { ($0 as? ReplayError)?.key == key }
    }
  }

  @Test("the layout follows from an environment's spaces")
  func layout() {
    let spaces = [
      ObservationSpace(name: "image", kind: .image(height: 4, width: 5, channels: 3)),
      ObservationSpace(name: "mission", kind: .discrete(count: 2, classes: 7)),
      ObservationSpace(name: "speed", kind: .vector(count: 3)),
    ]
    let discrete = ReplayLayout(
      observationSpaces: spaces, actionSpace: .discrete(count: 7), deter: 8,
      stochBytes: 4)
    #expect(discrete.imageSizes == [60] && discrete.vectorSizes == [2, 3])
    #expect(discrete.actionSize == 1)
    let continuous = ReplayLayout(
      observationSpaces: spaces, actionSpace: .continuous(low: [-1, -2], high: [1, 2]), deter: 8,
      stochBytes: 4)
    #expect(continuous.actionSize == 2)
  }

  @Test("a layout that told latents and classes is read as their bytes, and written as such")
  func formerLayout() throws {
    func read(_ latents: String) throws -> ReplayLayout {
      try JSONDecoder().decode(
        ReplayLayout.self,
        from: Data(
          #"{"imageSizes":[1],"vectorSizes":[2],"actionSize":3,"deter":4,\#(latents)}"#.utf8))
    }
    let narrow = try read(#""latents":5,"classes":256"#)
    #expect(narrow.stochBytes == 5 && narrow.deter == 4)
    #expect(try read(#""latents":5,"classes":257"#).stochBytes == 10)
    let data = try JSONEncoder().encode(narrow)
    #expect(try JSONDecoder().decode(ReplayLayout.self, from: data) == narrow)
  }

  @Test("statistics count since they were last taken, under the reference's names")
  func statistics() throws {
    let replay = try makeReplay(windowLength: 3, chunkSize: 4, streamCount: 2)
    var recorder = Recorder(replay, streamCount: 2)
    try recorder.append(6)
    _ = try replay.sampleStarts(2)
    let first = replay.takeStatistics()
    #expect(first.items == 4 && first.chunks == 2 && first.streams == 1)
    #expect(first.inserts == 4 && first.samples == 2 && first.updates == 0)
    #expect(first.replayRatio == 1.5)
    let names = "items chunks streams ram_gb inserts samples updates replay_ratio"
    #expect(first.metrics.map(\.name).joined(separator: " ") == names)
    let second = replay.takeStatistics()
    #expect(second.items == 4 && second.inserts == 0 && second.samples == 0)
    #expect(second.replayRatio.isNaN)
  }
}
