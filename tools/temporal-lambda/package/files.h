#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace temporal::lambda_package {

struct File {
  std::string content = {};
  int mode = 0644;  ///< of Unix, without the kind of file
};

/// What a zip has, by its names in UTF-8, which are relative and have no "..": in the order in which they are packed. A
/// folder's name ends in "/".
using Files = std::map<std::string, File>;

[[nodiscard]] inline bool is_folder(const std::string& name) { return name.ends_with('/'); }

/// Of what Lambda unpacks, in bytes.
[[nodiscard]] std::int64_t unpacked_size(const Files& files);

/// Gives each file the mode that Lambda needs: 0755 the bootstrap and what its owner may execute, 0644 the others,
/// whatever the umask was when they were made. Folders are left out: unpacking makes them.
[[nodiscard]] Files with_lambdas_modes(Files files);

/// The files below a folder; what links lead to in their place.
/// @param leave_out the zip that is about to be made: it may lie in the folder.
/// @throws std::runtime_error for what cannot be read and names that are not UTF-8.
[[nodiscard]] Files files_below(const std::filesystem::path& folder, const std::filesystem::path& leave_out);

/// Adds a file under this name. @throws std::runtime_error as files_below, and when there is one of this name.
void add_file(Files& files, const std::string& name, const std::filesystem::path& path);

/// @throws std::runtime_error
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

/// In one step, so that nobody finds half of it. @throws std::runtime_error
void write_file(const std::filesystem::path& path, const std::string& content);

}  // namespace temporal::lambda_package
