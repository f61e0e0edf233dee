import Foundation
import Randomness
import Telemetry
import TestSupport
import Testing

@Suite("Damaged event files")
struct EventFuzzTests {
  /// A file's contents with three records of everything, and its events.
  private func makeFile() throws -> (data: Data, events: [Event]) {
    let scratch = try Scratch()
    let url = scratch.url.appendingPathComponent("events.out.tfevents.test")
    let file = try EventFile(url, now: { 1.5 })
    for step in 1...3 { try file.write(EventTests.examples(), step: step) }
    let data = try Data(contentsOf: url)
    return (data, read(data))
  }

  /// The events up to the first that is damaged.
  private func read(_ data: Data) -> [Event] {
    var reader = EventReader(data, file: "mutated")
    var events: [Event] = []
    while let event = try? reader.next() { events.append(event) }
    return events
  }

  @Test("no damage crashes the reader or gives an event that was not written")
  func files() throws {
    let (original, written) = try makeFile()
    #expect(written.count == 4)
    for number in 0..<Mutation.count(or: 2000) {
      var generator = Generator(key: Key(seed: 1).fold(number))
      let damaged = Mutation.mutate(original, using: &generator)
      // Whole records may be missing at the end, or be there twice.
      #expect(read(damaged).allSatisfy(written.contains))
    }
  }

  @Test("no damage under a valid checksum crashes the reader or makes it take much memory")
  func messages() throws {
    let message = Data(
      try Event(wallTime: 1.5, step: 3, content: .summary(EventTests.examples())).encoded())
    var accepted = 0
    for number in 0..<Mutation.count(or: 2000) {
      var generator = Generator(key: Key(seed: 2).fold(number))
      let damaged = Array(Mutation.mutate(message, using: &generator))
      guard let event = Event(decoding: damaged) else { continue }
      accepted += 1
      let encoded = try event.encoded()
      #expect(try Event(decoding: encoded)?.encoded() == encoded)
      // What we do not know is left out; nothing is there that was not in the message.
      #expect(encoded.count <= damaged.count + 100)
    }
    #expect(accepted > 0)
  }
}
