import Foundation

/// What a process is given before it opens anything, and what would end it without a word.
package enum Descriptors {
  /// Takes the numbers of standard input, output and error where they are closed, so that no file of a
  /// run gets them and what is meant for people is not written there.
  ///
  /// What is written to a closed standard output then is an error, as it should be; nothing is read from
  /// a closed standard input, and a closed standard error takes everything.
  package static func openClosed() {
    for (number, access) in [
      (STDIN_FILENO, O_RDONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY),
    ] where fcntl(number, F_GETFD) < 0 {
      // The lowest number that is free is given: this one. A folder does where there are no devices.
      if open("/dev/null", access) < 0 { _ = open("/", O_RDONLY) }
    }
  }

  /// Lets a file that is to grow beyond the limit of file size be an error of the write (EFBIG).
  package static func refuseLargeFiles() { signal(SIGXFSZ, SIG_IGN) }
}
