#pragma once

#include <filesystem>
#include <iosfwd>
#include <vector>

namespace temporal::lambda_package {

struct PackageOptions {
  std::filesystem::path input = {};               ///< a bootstrap, a folder or a zip
  std::vector<std::filesystem::path> files = {};  ///< that lie beside the bootstrap
  std::filesystem::path output = {};              ///< the zip; empty: judge only
  bool force = false;                             ///< make a zip that AWS could not start, too
  bool json = false;
  bool quiet = false;  ///< says only what is wrong
};

/// Makes a zip and judges it, or judges only. The answer goes to `out`, and what is wrong to `problems`.
/// @return the exit code: 1 when AWS could not start it; no zip is written then, unless forced.
/// @throws std::runtime_error for what cannot be read or written.
int package(const PackageOptions& options, std::ostream& out, std::ostream& problems);

}  // namespace temporal::lambda_package
