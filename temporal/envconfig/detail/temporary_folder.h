#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

/// \file
/// For tests: a folder that is gone afterwards.

namespace temporal::envconfig::detail {

class TemporaryFolder {
 public:
  TemporaryFolder() : path_((std::filesystem::temp_directory_path() / "temporal-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }

  /// Writes a file and gives its path.
  std::string write(const std::string& name, std::string_view text) const {
    auto path = path_ + "/" + name;
    std::ofstream{path, std::ios::binary} << text;
    return path;
  }

 private:
  std::string path_;
};

}  // namespace temporal::envconfig::detail
