import Files
import Foundation

/// The PNG files of a folder, or of the folders in it, in the order of their names.
struct FolderListing {
  /// A class of files; without a name where they lie in the folder itself.
  struct Class {
    let name: String?
    let files: [URL]
  }

  /// In the order of their names; each has files.
  let classes: [Class]

  /// - Throws: `FileError`: `missing`; `malformed` for a link, a pipe, a folder within a sub-folder, or
  ///   a file beside sub-folders; `system`.
  init(_ folder: URL) throws {
    switch try FileKind.of(folder) {
    case .folder: break
    case nil:
      throw FileError(
        .missing, path: folder.path, what: "there is no such folder", remedy: "check the path")
    default:
      throw FileError(
        .malformed, path: folder.path, what: "is no folder", remedy: "name the folder it is in")
    }
    let (files, folders) = try Self.entries(of: folder)
    if let stray = files.first, let beside = folders.first {
      throw FileError(
        .malformed, path: stray.path,
        what:
          "lies beside folders such as \(ForeignText.visible(beside.lastPathComponent)), so that "
          + "its class is unknown", remedy: "move it into one, or name another folder")
    }
    let inFolders = try folders.map { folder in
      let (files, deeper) = try Self.entries(of: folder)
      if let deeper = deeper.first {
        throw FileError(
          .malformed, path: deeper.path, what: "is a folder within a class of pictures",
          remedy: "move its files into the folder above")
      }
      return Class(name: folder.lastPathComponent, files: files)
    }
    classes = ([Class(name: nil, files: files)] + inFolders).filter { !$0.files.isEmpty }
  }

  /// The class of each file; nil where there are fewer than two.
  func factor(_ name: String) -> FrameFactor? {
    guard classes.count > 1 else { return nil }
    return FrameFactor(
      name: name, classNames: classes.map { $0.name ?? "" },
      values: classes.enumerated().flatMap { number, entry in entry.files.map { _ in number } })
  }

  /// Files called `….png` and folders, each in the order of their names; what is hidden is passed over.
  private static func entries(of folder: URL) throws -> (files: [URL], folders: [URL]) {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      throw FileError(reading: folder.path, error)
    }
    var (files, folders): ([URL], [URL]) = ([], [])
    for name in names.filter({ !$0.hasPrefix(".") }).sorted(by: precedes) {
      let url = folder.appendingPathComponent(name)
      let isPicture = name.lowercased().hasSuffix(".png")
      switch try FileKind.of(url, following: false) {
      case .file where isPicture: files.append(url)
      case .folder: folders.append(url)
      case .link:
        if try isPicture || FileKind.of(url) == .folder { throw strange(url, "is a link") }
      case .other where isPicture: throw strange(url, "is a pipe or a device, no file")
      default: break
      }
    }
    return (files, folders)
  }

  /// By Unicode scalars, so that no two names are equal and no language has its own order.
  private static func precedes(_ one: String, _ other: String) -> Bool {
    one.unicodeScalars.lexicographicallyPrecedes(other.unicodeScalars)
  }

  private static func strange(_ url: URL, _ what: String) -> FileError {
    FileError(
      .malformed, path: url.path, what: what, remedy: "put the file or folder itself in its place")
  }
}
