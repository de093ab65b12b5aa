#pragma once

#include <cstdint>
#include <filesystem>

namespace temporal::local_lambda {

/// A folder that is removed with this object; its name begins with "temporal-lambda-" and says whose it is.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::string& name);
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Removes the folders of processes that were killed.
void remove_leftovers();

/// When a function's code was last written. @throws std::filesystem::filesystem_error when it is gone.
std::filesystem::file_time_type code_changed(const std::filesystem::path& code);

/// Lays out a function's code in `folder` as Lambda does below /var/task: unpacks a zip, or links what a folder or a
/// single program has. The folder cannot be written to afterwards, but by root.
/// @return where the bootstrap is.
/// @throws std::runtime_error for a zip that cannot be read or is larger, code without an executable bootstrap, and
/// what Lambda's user could not read.
std::filesystem::path lay_out_code(const std::filesystem::path& code, const std::filesystem::path& folder,
                                   std::int64_t largest_bytes = 262'144'000);

}  // namespace temporal::local_lambda
