import Files
import Foundation

extension Animation {
  /// Writes an MP4 file with an installed `ffmpeg`, which the raw frames are piped to.
  ///
  /// - Throws: `FileError`: `missing` where there is no `ffmpeg`; `system` where it fails, in its own
  ///   words.
  package func writeMP4(to url: URL) throws {
    let program = try Self.movieProgram()
    try AtomicFile.write(to: url) { try encode(with: program, to: $0.place, called: url) }
  }

  /// - Parameter file: is written over.
  private func encode(with program: URL, to file: URL, called url: URL) throws {
    let (process, input, errors) = (Process(), Pipe(), Pipe())
    process.executableURL = program
    process.arguments = arguments(of: frame(0), output: file.path)
    (process.standardInput, process.standardError) = (input, errors)
    process.standardOutput = FileHandle.nullDevice
    // A reader that has gone must be an error of the write, not the end of this process.
    signal(SIGPIPE, SIG_IGN)
    do { try process.run() } catch { throw FileError(writing: url.path, error) }
    let (isWhole, words) = ProcessEnd.killing(process) {
      let isWhole = (try? write(to: input.fileHandleForWriting)) != nil
      try? input.fileHandleForWriting.close()
      let words = errors.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return (isWhole, words)
    }
    guard isWhole, process.terminationStatus == 0 else {
      let reason = String(decoding: words, as: UTF8.self).split(separator: "\n").last ?? "no reason"
      throw FileError(
        .system, path: url.path, what: "ffmpeg could not write it (\(reason))",
        remedy: "check that its folder exists, or write a .gif")
    }
  }

  /// The first `ffmpeg` in the folders of `PATH`.
  ///
  /// - Throws: `FileError` of kind `missing`.
  static func movieProgram() throws -> URL {
    let places = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { URL(fileURLWithPath: String($0)).appendingPathComponent("ffmpeg") }
    guard
      let program = places.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) })
    else {
      throw FileError(
        .missing, path: "ffmpeg", what: "is not installed, and writes the MP4 files",
        remedy: "install it (apt-get install ffmpeg), or write a .gif")
    }
    return program
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
