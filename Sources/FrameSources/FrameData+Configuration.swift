import Configuration
import EnvironmentInterface
import Foundation
import Randomness
import Worlds

extension FrameData {
  /// Opens what a configuration names, and deals it out. The same configuration, seed and files give the
  /// same frames in the same parts.
  ///
  /// - Parameters:
  ///   - task: the id of a bundled world; empty where `configuration` names files.
  ///   - env: the world's settings, and what stands around it.
  /// - Throws: `ConfigurationError` unless just one source is named, where there are too few frames to
  ///   split, or where there is no such label; `UnknownEnvironment`; `EnvironmentError`; `FileError`;
  ///   `SafeTensorsError` and `RunFileError` for recordings that are none.
  package init(
    _ configuration: FrameDataConfiguration, task: String, env: EnvironmentConfigurations, seed: Int
  ) throws {
    try configuration.check(task: task)
    let key = Key(seed: UInt64(bitPattern: Int64(seed))).fold("frames")
    let opened = try configuration.open(task: task, env, key: key.fold("source"))
    let heldOut = try configuration.heldOut(beside: opened)
    let source = configuration.changed(opened)
    let split = try FrameSplit(
      of: source, validation: configuration.valid > 0 ? configuration.valid : nil,
      heldOut: heldOut == nil ? configuration.held : nil, key: key.fold("split"))
    let last =
      heldOut.map { FramePart(configuration.changed($0)) }
      ?? FramePart(source, indices: split.heldOut)
    self.init(
      training: FramePart(source, indices: split.training),
      validation: split.validation.isEmpty
        ? last : FramePart(source, indices: split.validation),
      heldOut: last,
      label: try configuration.label(of: source))
  }
}

extension FrameDataConfiguration {
  fileprivate func open(
    task: String, _ env: EnvironmentConfigurations, key: Key
  ) throws -> any FrameSource {
    if !idx.isEmpty { return try IDXFrames(url(idx), labels: url(orNil: labels)) }
    if !folder.isEmpty { return try PNGFolder(url(folder)) }
    if !episodes.isEmpty { return try EpisodeFrames(recordedIn: url(episodes), image: image) }
    let world = try EnvironmentRegistry.make(task, env)
    return try EpisodeFrames(playing: world, count: frames, image: image, key: key)
  }

  /// The held-out images, where they are in a file of their own.
  fileprivate func heldOut(beside opened: any FrameSource) throws -> IDXFrames? {
    guard !heldIdx.isEmpty else { return nil }
    let labels = opened.factors.isEmpty ? nil : url(orNil: heldLabels)
    let heldOut = try IDXFrames(
      url(heldIdx), labels: labels, classesOf: opened.factors.first)
    guard heldOut.shape == opened.shape else {
      throw ConfigurationError(
        keyPath: "data.held_idx", value: heldIdx,
        reason: "its frames are \(heldOut.shape), those of data.idx \(opened.shape); name files of "
          + "one size")
    }
    return heldOut
  }

  fileprivate func changed(_ source: any FrameSource) -> any FrameSource {
    guard size > 0 || gray else { return source }
    return ChangedFrameSource(source, side: size > 0 ? size : nil, gray: gray)
  }

  fileprivate func label(of source: any FrameSource) throws -> FrameFactor? {
    guard !label.isEmpty else { return source.factors.first }
    guard let factor = source.factors.first(where: { $0.name == label }) else {
      let names = source.factors.map(\.name).joined(separator: ", ")
      throw ConfigurationError(
        keyPath: "data.label", value: label,
        reason: names.isEmpty
          ? "nothing is known of these frames; leave it empty"
          : "there is no such factor; name one of \(names)")
    }
    return factor
  }

  private func url(_ path: String) -> URL { URL(fileURLWithPath: path) }

  private func url(orNil path: String) -> URL? { path.isEmpty ? nil : url(path) }
}
