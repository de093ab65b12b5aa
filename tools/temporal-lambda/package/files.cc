#include <tools/temporal-lambda/package/files.h>

#include <temporal/common/utf8.h>

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <ios>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace temporal::lambda_package {

namespace fs = std::filesystem;

namespace {

constexpr int executable_mode = 0755;
constexpr int plain_mode = 0644;

std::string why(const fs::path& path, const std::string& failed) {
  return path.string() + " " + failed + ": " + std::strerror(errno);
}

bool same_file(const fs::path& one, const fs::path& other) {
  std::error_code ignored;
  return fs::equivalent(one, other, ignored);
}

}  // namespace

std::int64_t unpacked_size(const Files& files) {
  std::int64_t size = 0;
  for (const auto& [name, file] : files) size += static_cast<std::int64_t>(file.content.size());
  return size;
}

Files with_lambdas_modes(Files files) {
  std::erase_if(files, [](const auto& entry) { return is_folder(entry.first); });
  for (auto& [name, file] : files)
    file.mode = name == "bootstrap" || (file.mode & 0100) != 0 ? executable_mode : plain_mode;
  return files;
}

Files files_below(const fs::path& folder, const fs::path& leave_out) {
  Files files;
  for (const auto& entry : fs::recursive_directory_iterator{folder}) {
    if (entry.is_directory()) {
      if (!entry.is_symlink()) continue;
      throw std::runtime_error{entry.path().string() +
                               " is a link to a folder, which is not followed: put the folder itself there"};
    }
    if (same_file(entry.path(), leave_out)) continue;
    add_file(files, entry.path().lexically_relative(folder).string(), entry.path());
  }
  return files;
}

void add_file(Files& files, const std::string& name, const fs::path& path) {
  if (!temporal::detail::is_valid_utf8(name))
    throw std::runtime_error{path.string() + ": the name is not UTF-8, as names in a zip have to be: rename it"};
  if (files.contains(name))
    throw std::runtime_error{path.string() + ": there is a file named " + name + " already: rename one of them"};
  auto content = read_file(path);
  const auto mode = static_cast<int>(fs::status(path).permissions() & fs::perms::all);
  files.emplace(name, File{.content = std::move(content), .mode = mode});
}

std::string read_file(const fs::path& path) {
  std::error_code ignored;
  const auto kind = fs::status(path, ignored).type();
  if (kind == fs::file_type::not_found) throw std::runtime_error{path.string() + " does not exist"};
  if (kind == fs::file_type::directory) throw std::runtime_error{path.string() + " is a folder: name a file"};
  if (kind != fs::file_type::regular) throw std::runtime_error{path.string() + " is no file that can be packed"};
  std::ifstream file{path, std::ios::binary | std::ios::ate};
  if (!file) throw std::runtime_error{why(path, "cannot be read")};
  std::string content(static_cast<std::size_t>(file.tellg()), '\0');
  file.seekg(0);
  if (!file.read(content.data(), static_cast<std::streamsize>(content.size())))
    throw std::runtime_error{why(path, "cannot be read")};
  return content;
}

void write_file(const fs::path& path, const std::string& content) {
  auto unfinished = path;
  unfinished += "." + std::to_string(::getpid());
  std::ofstream file{unfinished, std::ios::binary};
  file << content;
  file.close();
  if (file && ::rename(unfinished.c_str(), path.c_str()) == 0) return;
  const auto text = why(path, "cannot be written");
  std::error_code ignored;
  fs::remove(unfinished, ignored);
  throw std::runtime_error{text};
}

}  // namespace temporal::lambda_package
