import EnvironmentInterface
import Viewer

/// A person's play as a window shows it: the episode so far can be looked at again.
package struct PlayFilm<Session: Playable>: Film {
  private var session: Session
  /// Scenes of the episode, the newest last.
  private var scenes: [Scene]
  private var byteCount = 0
  /// What the scenes take in memory at most.
  private static var limit: Int { 64 << 20 }

  package init(_ session: Session) {
    self.session = session
    scenes = [session.scene]
  }

  package var pace: Double? { session.pace }

  package var frameCount: Int { scenes.count }

  package func scene(at frame: Int, width: Int, height: Int) -> Scene { scenes[frame] }

  package var help: [KeyHelp] {
    session.bindings.help + [KeyHelp([.character("n")], "a new episode")]
  }

  package mutating func advance(holding held: Set<Keystroke>) throws -> FilmProgress {
    guard session.pace != nil, !session.isOver else { return .waiting }
    return try act(session.bindings.action(holding: held))
  }

  package mutating func take(_ key: Keystroke) throws -> FilmProgress? {
    if PlayRequest(key) == .newEpisode {
      try session.begin()
      keepScene(isFirst: true)
      return .frame
    }
    guard let action = session.bindings.action(for: key) else { return nil }
    // What does not wait asks which keys are held when it goes on.
    return session.pace == nil || session.isOver ? try act(action) : .waiting
  }

  private mutating func act(_ action: Action) throws -> FilmProgress {
    let isNew = session.isOver
    try session.act(action)
    keepScene(isFirst: isNew)
    return .frame
  }

  /// - Parameter isFirst: whether an episode begins with it.
  private mutating func keepScene(isFirst: Bool) {
    if isFirst { (scenes, byteCount) = ([], 0) }
    let scene = session.scene
    scenes.append(scene)
    byteCount += scene.byteCount
    while byteCount > Self.limit, scenes.count > 1 { byteCount -= scenes.removeFirst().byteCount }
  }
}
