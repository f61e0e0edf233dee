import Foundation
import PackagePlugin

/// Tells the executable which commit it is built from: writes `Commit.swift` before each build,
/// where it has changed.
///
/// Where there is no git, or the sources are no checkout, the commit is `unknown`.
@main
struct CommitStamp: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let folder = context.pluginWorkDirectoryURL.appending(path: "Commit")
    return [
      .prebuildCommand(
        displayName: "Noting the commit", executable: URL(fileURLWithPath: "/bin/sh"),
        arguments: [
          context.package.directoryURL.appending(path: "Plugins/CommitStamp/stamp.sh").path,
          context.package.directoryURL.path, folder.path,
        ], outputFilesDirectory: folder)
    ]
  }
}
