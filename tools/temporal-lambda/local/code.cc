#include <tools/temporal-lambda/local/code.h>

#include <tools/temporal-lambda/zip_names.h>

#include <archive.h>
#include <archive_entry.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace temporal::local_lambda {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view folders = "temporal-lambda-";

/// Folders may be read-only.
void remove_folder(const fs::path& folder) {
  std::error_code ignored;
  constexpr auto options = fs::directory_options::skip_permission_denied;
  for (const auto& entry : fs::recursive_directory_iterator{folder, options, ignored}) {
    if (entry.is_directory(ignored) && !entry.is_symlink(ignored)) {
      fs::permissions(entry.path(), fs::perms::owner_all, fs::perm_options::add, ignored);
    }
  }
  fs::remove_all(folder, ignored);
}

/// As /var/task is.
void make_read_only(const fs::path& folder) {
  constexpr auto write = fs::perms::owner_write | fs::perms::group_write | fs::perms::others_write;
  for (const auto& entry : fs::recursive_directory_iterator{folder}) {
    if (!entry.is_symlink()) fs::permissions(entry.path(), write, fs::perm_options::remove);
  }
  fs::permissions(folder, write, fs::perm_options::remove);
}

/// Lambda unpacks as one user and runs the function as another.
void check_mode(archive_entry* entry, const fs::path& place, const fs::path& zip) {
  const auto mode = archive_entry_perm(entry);
  const bool is_folder = archive_entry_filetype(entry) == AE_IFDIR;
  const mode_t needed = is_folder || place == "bootstrap" ? S_IROTH | S_IXOTH : S_IROTH;
  if ((mode & needed) == needed) return;
  throw std::runtime_error{zip.string() + ": Lambda's user may not " + (needed == S_IROTH ? "read " : "execute ") +
                           place.string() + ": run chmod a+rX on what is packed"};
}

void unpack(const fs::path& zip, const fs::path& into, std::int64_t largest_bytes) {
  const lambda_zip::Utf8Names names;
  const auto folder = fs::canonical(into);  // libarchive refuses to write through a symbolic link, also one above it
  const std::unique_ptr<archive, int (*)(archive*)> reader{archive_read_new(), archive_read_free};
  const std::unique_ptr<archive, int (*)(archive*)> writer{archive_write_disk_new(), archive_write_free};
  archive_read_support_format_zip(reader.get());
  archive_write_disk_set_options(
      writer.get(), ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_SECURE_NODOTDOT | ARCHIVE_EXTRACT_SECURE_SYMLINKS);
  const auto check = [&](int code) {
    if (code >= ARCHIVE_WARN) return;
    // Either of the two may be what failed.
    const char* text = archive_error_string(reader.get());
    if (text == nullptr) text = archive_error_string(writer.get());
    throw std::runtime_error{zip.string() + ": " + (text != nullptr ? text : "it cannot be unpacked")};
  };
  check(archive_read_open_filename(reader.get(), zip.c_str(), 1 << 16));
  archive_entry* entry = nullptr;
  std::int64_t size = 0;
  for (int code = 0; (code = archive_read_next_header(reader.get(), &entry)) != ARCHIVE_EOF;) {
    check(code);
    const auto place = lambda_zip::place_of(entry, zip.string());
    check_mode(entry, place, zip);
    size += std::max<std::int64_t>(archive_entry_size(entry), 0);
    if (size > largest_bytes) {
      throw std::runtime_error{zip.string() + ": unzipped size must be smaller than " + std::to_string(largest_bytes) +
                               " bytes"};
    }
    archive_entry_set_pathname(entry, (folder / place).c_str());
    check(archive_read_extract2(reader.get(), entry, writer.get()));
  }
}

}  // namespace

TemporaryFolder::TemporaryFolder(const std::string& name) {
  const auto of_us = std::string{folders} + name + "-" + std::to_string(::getpid());
  std::string pattern = (fs::temp_directory_path() / (of_us + "-XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"cannot make a folder like " + pattern};
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() { remove_folder(path_); }

void remove_leftovers() {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{fs::temp_directory_path(), ignored}) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with(folders)) continue;
    pid_t owner = 0;  // "temporal-lambda-task-123-x7Fq2a"
    const auto number = name.find('-', folders.size()) + 1;
    const auto parsed = std::from_chars(name.data() + number, name.data() + name.size(), owner);
    if (parsed.ec == std::errc{} && *parsed.ptr == '-' && ::kill(owner, 0) != 0 && errno == ESRCH)
      remove_folder(entry.path());
  }
}

fs::file_time_type code_changed(const fs::path& code) {
  return fs::last_write_time(fs::is_directory(code) ? code / "bootstrap" : code);
}

fs::path lay_out_code(const fs::path& code, const fs::path& folder, std::int64_t largest_bytes) {
  fs::create_directories(folder);
  const auto absolute = fs::absolute(code);
  if (fs::is_directory(absolute)) {
    for (const auto& entry : fs::directory_iterator{absolute})
      fs::create_symlink(entry.path(), folder / entry.path().filename());
  } else if (absolute.extension() == ".zip") {
    unpack(absolute, folder, largest_bytes);
  } else {
    fs::create_symlink(absolute, folder / "bootstrap");
  }
  const auto bootstrap = folder / "bootstrap";
  if (!fs::exists(bootstrap)) throw std::runtime_error{code.string() + " has no file named bootstrap"};
  if (::access(bootstrap.c_str(), X_OK) != 0)
    throw std::runtime_error{"the bootstrap of " + code.string() + " is not executable"};
  make_read_only(folder);
  return bootstrap;
}

}  // namespace temporal::local_lambda
