import ArgumentParser

extension ExitCode {
  /// Bad usage or configuration (sysexits.h: EX_USAGE).
  package static let usage = ExitCode(64)
  /// EX_DATAERR.
  package static let badData = ExitCode(65)
  /// EX_NOINPUT.
  package static let missingFile = ExitCode(66)
  /// EX_SOFTWARE.
  package static let fault = ExitCode(70)
  /// EX_IOERR.
  package static let refused = ExitCode(74)

  /// What a shell reports of a process that a signal ended.
  package init(signal: Int32) { self.init(128 + signal) }
}
