import Files
import Foundation
import TestSupport
import Testing

@Suite("Files that appear whole")
struct AtomicFileTests {
  private let scratch: Scratch
  private var folder: URL { scratch.url }

  init() throws { scratch = try Scratch() }

  private func url(_ name: String) -> URL { folder.appendingPathComponent(name) }

  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOf: url(name), encoding: .utf8)
  }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: url(name).path, withDestinationPath: url(target).path)
  }

  @Test("a link in the place of a temporary name is not followed, and goes")
  func linkAsTemporary() throws {
    try Data("mine".utf8).write(to: url("victim"))
    try link("a.dreamer-1.partial", to: "victim")
    try AtomicFile.write(Data("new".utf8), to: url("a"))
    #expect(try text("victim") == "mine" && text("a") == "new")
    #expect(try names == ["a", "victim"])
  }

  @Test("a link in the place of the file is replaced, and what it points to stays")
  func linkAsTarget() throws {
    try Data("mine".utf8).write(to: url("victim"))
    try link("a", to: "victim")
    try AtomicFile.write(Data("new".utf8), to: url("a"))
    #expect(try text("victim") == "mine" && text("a") == "new")
    #expect(try FileKind.of(url("a"), following: false) == .file)
  }

  @Test("what a writer left that is no more goes with the next write; others' files stay")
  func leftovers() throws {
    for name in ["a.dreamer-1.partial", "a.dreamer-2.partial", "a.partial", "b.dreamer-1.partial"] {
      try Data("half".utf8).write(to: url(name))
    }
    try AtomicFile.write(Data("new".utf8), to: url("a"))
    #expect(try names == ["a", "a.partial", "b.dreamer-1.partial"])
  }

  @Test("a folder in the place of a temporary name stays, and another name is taken")
  func folderAsTemporary() throws {
    let other = url("a.dreamer-1.partial")
    try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
    try AtomicFile.write(Data("new".utf8), to: url("a"))
    #expect(try text("a") == "new" && names == ["a", "a.dreamer-1.partial"])
  }

  @Test("a file that is being written is not taken for what was left")
  func writersAtOnce() throws {
    try AtomicFile.write(to: url("a")) { outer in
      try outer.write(contentsOf: Data("out".utf8))
      try AtomicFile.write(Data("inner".utf8), to: url("a"))
      #expect(try text("a") == "inner")
      try outer.write(contentsOf: Data("er".utf8))
    }
    #expect(try text("a") == "outer" && names == ["a"])
  }

  @Test("many writers of one file end with one whole file and no error")
  func manyWriters() async throws {
    let target = url("a")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask {
          for _ in 0..<20 {
            try AtomicFile.write(
              Data(repeating: UInt8(number), count: 10_000), to: target)
          }
        }
      }
      try await group.waitForAll()
    }
    let data = try Data(contentsOf: target)
    #expect(data.count == 10_000 && Set(data).count == 1)
    #expect(try names == ["a"])
  }

  @Test("a name is taken once")
  func reserved() throws {
    #expect(try AtomicFile.reserve(url("a")))
    try link("b", to: "nowhere")
    #expect(try !AtomicFile.reserve(url("a")) && !AtomicFile.reserve(url("b")))
  }

  @Test("a pipe or a folder in the place of the file is refused before the work")
  func places() throws {
    #expect(mkfifo(url("pipe.png").path, 0o600) == 0)
    let pipe = #expect(throws: FileError.self) { try AtomicFile.check(url("pipe.png")) }
    #expect(
      pipe?.description
        == "\(url("pipe.png").path): cannot be written (it is a pipe or a device, which no whole file "
        + "can replace); name a file")
    let itself = #expect(throws: FileError.self) { try AtomicFile.check(folder) }
    #expect(itself?.what == "cannot be written (Is a directory)")
    let nowhere = #expect(throws: FileError.self) { try AtomicFile.check(url("no/a")) }
    #expect(nowhere?.what == "cannot be written (there is no folder \(url("no").path))")
  }

  @Test("files that are written in place are ours alone: no links, no second names, no pipes")
  func ownFiles() throws {
    try Data("mine".utf8).write(to: url("victim"))
    try link("link", to: "victim")
    try FileManager.default.linkItem(at: url("victim"), to: url("second"))
    #expect(mkfifo(url("pipe").path, 0o600) == 0)
    for (name, words) in [
      ("link", "is a link"), ("second", "has a second name elsewhere"), ("pipe", "is a pipe"),
    ] {
      for open in [
        { _ = try OutputFile(url(name)) }, { _ = try OutputFile(url(name), appending: true) },
        { _ = try RandomAccessFile(url(name), making: true) },
      ] {
        let error = #expect(throws: FileError.self) { try open() }
        #expect(error?.kind == .malformed && error?.what.hasPrefix(words) == true, "\(name)")
      }
    }
    #expect(try text("victim") == "mine")
  }

  @Test("a folder's own files go, what others put there stays with it, and links are not followed")
  func folders() throws {
    func fill(_ name: String, _ files: [String]) throws {
      try FileManager.default.createDirectory(at: url(name), withIntermediateDirectories: true)
      for file in files { try Data().write(to: url("\(name)/\(file)")) }
    }
    try fill("ours", ["a", "b"])
    try fill("shared", ["a", "notes"])
    try fill("outside", ["a"])
    try link("link", to: "outside")
    for name in ["ours", "shared", "link", "nothing"] {
      AtomicFile.removeFolder(url(name)) { ["a", "b"].contains($0) }
    }
    #expect(try names == ["outside", "shared"])
    #expect(try FileKind.of(url("shared/notes")) == .file)
    #expect(try FileKind.of(url("shared/a")) == nil && FileKind.of(url("outside/a")) == .file)
  }
}
