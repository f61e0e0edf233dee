import Files
import Foundation

extension Animation {
  /// Writes an MP4 file with an installed `ffmpeg`, which the raw frames are piped to.
  ///
  /// - Throws: `FileError`: `missing` where there is no `ffmpeg`; `system` where it fails, in its own
  ///   words.
  public func writeMP4(to url: URL) throws {
    guard let program = Self.program(named: "ffmpeg") else {
      throw FileError(
        .missing, path: "ffmpeg", what: "is not installed, and writes the MP4 files",
        remedy: "install it (apt-get install ffmpeg), or write a .gif")
    }
    let partial = URL(fileURLWithPath: url.path + ".partial")
    defer { AtomicFile.remove(partial) }
    let (process, input, errors) = (Process(), Pipe(), Pipe())
    process.executableURL = program
    process.arguments = arguments(of: frame(0), output: partial.path)
    (process.standardInput, process.standardError) = (input, errors)
    process.standardOutput = FileHandle.nullDevice
    // A reader that has gone must be an error of the write, not the end of this process.
    signal(SIGPIPE, SIG_IGN)
    do { try process.run() } catch { throw FileError(writing: url.path, error) }
    let isWhole = (try? write(to: input.fileHandleForWriting)) != nil
    try? input.fileHandleForWriting.close()
    let words = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard isWhole, process.terminationStatus == 0 else {
      let reason = String(decoding: words, as: UTF8.self).split(separator: "\n").last ?? "no reason"
      throw FileError(
        .system, path: url.path, what: "ffmpeg could not write it (\(reason))",
        remedy: "check that its folder exists, or write a .gif")
    }
    try AtomicFile.move(partial, to: url)
  }

  /// The first executable of a name in the folders of `PATH`.
  private static func program(named name: String) -> URL? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { URL(fileURLWithPath: String($0)).appendingPathComponent(name) }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  /// The same bytes for the same frames: one thread, no dates.
  private func arguments(of frame: Picture, output: String) -> [String] {
    let size = "\(frame.width)x\(frame.height)"
    let input = [
      "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", size,
      "-framerate", "\(framesPerSecond)", "-i", "-",
    ]
    // Half as many colours as pixels each way need even sides.
    let encoding = [
      "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-crf",
      "16", "-threads", "1", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v",
      "+bitexact",
    ]
    return input + encoding + ["-movflags", "+faststart", "-f", "mp4", output]
  }

  /// Each frame once, the last as often as it has time for.
  private func write(to pipe: FileHandle) throws {
    for (number, frame) in frames.enumerated() {
      let more = number == count - 1 ? Int((hold * framesPerSecond).rounded(.down)) : 0
      for _ in 0...more { try pipe.write(contentsOf: Data(frame.pixels)) }
    }
  }
}
