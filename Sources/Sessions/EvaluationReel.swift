import EnvironmentInterface
import Evaluation
import Pictures
import Runs
import Storyboards
import TrainedAgents
import Training
import Viewer

/// An evaluation that is played for a file: in motion, what a window would show of it; in one picture,
/// frames of each episode.
package struct EvaluationReel {
  private var film: EvaluationFilm
  private let file: PictureFile
  private let framesPerSecond: Double
  private var recording = Recording(width: Self.size.width, height: Self.size.height)
  private var sheet = EpisodeSheet()
  /// Whether the file shows less than all that was played.
  package private(set) var isCut = false

  private static let size = (width: 480, height: 340)

  /// Begins the first episode.
  ///
  /// - Throws: `RolloutError` where the world shows no image; what the world throws.
  package init(
    of trained: TrainedAgent, _ plan: EvaluationPlan, for file: PictureFile,
    framesPerSecond: Double
  ) throws {
    (self.file, self.framesPerSecond) = (file, framesPerSecond)
    film = try EvaluationFilm(of: trained, plan, framesPerSecond: framesPerSecond)
    sheet.spaces = trained.agent.spaces
  }

  /// Plays all episodes.
  ///
  /// - Parameter progress: is called when an episode has ended.
  /// - Returns: what they returned.
  /// - Throws: what the film throws.
  package mutating func play(progress: () -> Void) throws -> EvaluationResult {
    keep()
    var ended = 0
    while true {
      switch try film.advance(holding: []) {
      case .frame, .again: keep()
      // An episode's last frame shows for a while.
      case .waiting: keepScene()
      case .ended: return film.evaluation
      }
      if film.evaluation.returns.count > ended {
        ended += 1
        progress()
      }
    }
  }

  /// Keeps what the file will show of the newest step.
  private mutating func keep() {
    guard case .png = file else { return keepScene() }
    if let newest = film.newest, !sheet.add(newest.moment) { isCut = true }
  }

  private mutating func keepScene() {
    // A GIF is made in memory.
    var most = Int.max
    if case .gif = file {
      most = PictureSizeError.mostPixels / (Self.size.width * Self.size.height)
    }
    guard !recording.isFull, recording.count < most else {
      isCut = true
      return
    }
    recording.append(
      film.scene(at: film.frameCount - 1, width: Self.size.width, height: Self.size.height))
  }

  /// Writes the file.
  ///
  /// - Throws: `FileError`; `PNGError`; `PictureSizeError`.
  package func write() throws {
    try file.write(sheet: sheet.picture) {
      recording.animation(framesPerSecond: framesPerSecond)
    }
  }
}

/// Episodes beneath each other in one picture: a line of words, and frames of each.
struct EpisodeSheet {
  var spaces: [ObservationSpace] = []
  private var episodes: [(words: String, film: EpisodeFilm)] = []
  private var bytes = 0
  private static let limit = 256 << 20
  private static let gap = 8

  /// Takes what an agent has before it.
  ///
  /// - Returns: whether there was room for it.
  mutating func add(_ moment: AgentMoment) -> Bool {
    guard bytes < Self.limit else { return false }
    if moment.step == 0 { episodes.append(("", EpisodeFilm(spaces))) }
    guard let last = episodes.indices.last else { return false }
    episodes[last].film.add(moment.observation, isFirst: moment.step == 0)
    guard moment.isLast else { return true }
    let success = moment.success.map { $0 ? ", success" : ", no success" } ?? ""
    episodes[last].words =
      "episode \(moment.episode): return \(Float(moment.earned).short), \(moment.step) steps\(success)"
    bytes += episodes[last].film.frames.reduce(0) { $0 + $1.count }
    return true
  }

  /// - Throws: `PictureSizeError` where it would be too large.
  func picture() throws -> Picture {
    let parts = episodes.compactMap { words, film in film.picture.map { part(words, $0.colored) } }
    let width = parts.map(\.width).max() ?? 1
    let height = parts.reduce(0) { $0 + $1.height + Self.gap }
    try PictureSizeError.check(height: height, width: width)
    return Picture.column(parts, gap: Self.gap, color: Theme.background)
      .bordered(by: Self.gap, color: Theme.background)
  }

  private func part(_ words: String, _ frames: Picture) -> Picture {
    var line = Picture(
      height: Picture.textHeight, width: max(Picture.width(of: words), frames.width),
      color: Theme.background)
    line.write(words, row: 0, column: 0, color: Theme.text)
    return Picture.column([line, frames], gap: Self.gap / 2, color: Theme.background)
  }
}
