import Files
import Foundation
import Pictures
import Testing

@Suite("Where films go")
struct PictureFileTests {
  let folder = FileManager.default.temporaryDirectory.path

  @Test("a suffix says the kind, in capitals too, and a slash or being one makes a folder")
  func kinds() throws {
    func url(_ name: String) -> URL { URL(fileURLWithPath: "\(folder)/\(name)") }
    #expect(try PictureFile(path: "\(folder)/a.png") == .png(url("a.png")))
    #expect(try PictureFile(path: "\(folder)/a.GIF") == .gif(url("a.GIF")))
    #expect(try PictureFile(path: "\(folder)/a.mp4") == .mp4(url("a.mp4")))
    #expect(try PictureFile(path: "\(folder)/a.gif/").url.lastPathComponent == "a.gif")
    guard case .folder = try PictureFile(path: folder) else {
      Issue.record("a folder is no folder")
      return
    }
  }

  @Test("an unknown suffix, or none, is an error with words", arguments: ["a.bmp", "a"])
  func unknown(name: String) throws {
    let error = #expect(throws: UnknownSuffix.self) {
      try PictureFile(path: "\(folder)/\(name)")
    }
    #expect(
      error?.description.hasSuffix(
        "\(name): its suffix says no kind of picture; use .png, .gif or .mp4, or end the name of "
          + "a folder in /") == true)
  }

  @Test("a folder that is not there is an error before the work")
  func noFolder() throws {
    let error = #expect(throws: FileError.self) {
      try PictureFile(path: "\(folder)/no/such/a.gif")
    }
    #expect(error?.kind == .system)
  }
}
