import Pictures

extension Storyboard {
  /// Writes the storyboard: a strip, time from left to right, or its frames.
  ///
  /// - Throws: `FileError`; `PNGError`; `PictureSizeError`, before memory is taken.
  package func write(to file: PictureFile, framesPerSecond: Double) throws {
    try checkSize(for: file)
    try file.write(sheet: strip) {
      // Each frame of a folder is drawn once, when it is its turn.
      if case .folder = file {
        return Animation(count: rollout.steps, framesPerSecond: framesPerSecond) {
          frame(step: $0)
        }
      }
      return animation(framesPerSecond)
    }
  }

  /// - Parameter file: nil for a window.
  /// - Throws: `PictureSizeError` where pictures are too large to be drawn, or for the kind of file.
  package func checkSize(for file: PictureFile?) throws {
    switch file {
    case .png:
      let layout = stripLayout
      try PictureSizeError.check(height: layout.height, width: layout.width)
    case .gif, .mp4:
      let layout = usualFrameLayout
      var isGIF = false
      if case .gif = file { isGIF = true }
      try PictureSizeError.check(
        height: layout.height, width: layout.width, count: rollout.steps, isGIF: isGIF)
    case .folder, nil:
      let layout = usualFrameLayout
      try PictureSizeError.check(height: layout.height, width: layout.width)
    }
  }

  /// The frames in motion; the last shows a second longer.
  package func animation(_ framesPerSecond: Double) -> Animation {
    // Drawn once: a GIF looks at its frames several times.
    Animation(
      (0..<rollout.steps).map { frame(step: $0) }, framesPerSecond: framesPerSecond, hold: 1)
  }
}
