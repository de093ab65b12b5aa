#include <tools/temporal-lambda/package/zip.h>

#include <tools/temporal-lambda/zip_names.h>

#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <utility>

namespace temporal::lambda_package {
namespace {

constexpr int all_modes = 0777;

using Archive = std::unique_ptr<archive, int (*)(archive*)>;
using Entry = std::unique_ptr<archive_entry, void (*)(archive_entry*)>;

class Reader {
 public:
  Reader(std::string_view bytes, const std::string& name, std::int64_t largest) : name_{name}, left_{largest} {
    // By its central directory, which lies at the end and is what AWS reads: not by the entries alone, as a stream.
    archive_read_support_format_zip_seekable(archive_.get());
    check(archive_read_open_memory(archive_.get(), bytes.data(), bytes.size()));
  }

  Files files() && {
    archive_entry* entry = nullptr;
    for (int code = 0; (code = archive_read_next_header(archive_.get(), &entry)) != ARCHIVE_EOF;) {
      if (code < ARCHIVE_WARN) fail();
      add(entry);
    }
    for (const auto& [link, target] : links_) {
      const auto found = files_.find((std::filesystem::path{link}.parent_path() / target).lexically_normal().string());
      if (found == files_.end()) refuse_link(link, target);
      auto file = found->second;
      count(file.content.size());
      insert(link, std::move(file));
    }
    return std::move(files_);
  }

 private:
  void add(archive_entry* entry) {
    auto name = lambda_zip::place_of(entry, name_).lexically_normal().string();
    const int mode = static_cast<int>(archive_entry_perm(entry)) & all_modes;
    switch (archive_entry_filetype(entry)) {
      case AE_IFDIR:
        if (!name.ends_with('/')) name += '/';
        return insert(name, {.mode = mode});
      case AE_IFLNK: {
        const char* target = archive_entry_symlink_utf8(entry);
        if (target == nullptr) refuse("the link " + name + " leads to what cannot be read");
        if (!links_.emplace(name, target).second) refuse("it has two entries named " + name);
        return;
      }
      case AE_IFREG:
        return insert(name, {.content = content(), .mode = mode});
      default:
        refuse(name + " is neither a file nor a folder nor a link");
    }
  }

  std::string content() {
    std::string bytes;
    std::array<char, 1 << 16> buffer;
    for (;;) {
      const auto size = archive_read_data(archive_.get(), buffer.data(), buffer.size());
      if (size < 0) fail();
      if (size == 0) return bytes;
      count(static_cast<std::size_t>(size));
      bytes.append(buffer.data(), static_cast<std::size_t>(size));
    }
  }

  void insert(const std::string& name, File file) {
    if (!files_.emplace(name, std::move(file)).second) refuse("it has two entries named " + name);
  }
  void count(std::size_t size) {
    left_ -= static_cast<std::int64_t>(size);
    if (left_ < 0) refuse("it unpacks to far more than Lambda takes");
  }
  void check(int code) {
    if (code != ARCHIVE_OK) fail();
  }
  [[noreturn]] void fail() const {
    if (archive_format(archive_.get()) != ARCHIVE_FORMAT_ZIP) refuse("it is no zip, or its end is cut off");
    const char* text = archive_error_string(archive_.get());
    refuse(text != nullptr ? text : "it cannot be unpacked");
  }
  [[noreturn]] void refuse_link(const std::string& link, const std::string& target) const {
    refuse("the link " + link + " leads to " + target + ", which is no file of the zip");
  }
  [[noreturn]] void refuse(const std::string& why) const { throw std::runtime_error{name_ + ": " + why}; }

  const lambda_zip::Utf8Names utf8_names_ = {};
  const std::string& name_;
  std::int64_t left_;
  Archive archive_{archive_read_new(), archive_read_free};
  Files files_ = {};
  std::map<std::string, std::string> links_ = {};
};

la_ssize_t append(archive* /*writer*/, void* zip, const void* bytes, std::size_t size) {
  static_cast<std::string*>(zip)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

}  // namespace

bool is_zip(std::string_view bytes) {
  return bytes.starts_with(std::string_view{"PK\3\4"}) || bytes.starts_with(std::string_view{"PK\5\6"});
}

Files read_zip(std::string_view bytes, const std::string& name, std::int64_t largest) {
  return Reader{bytes, name, largest}.files();
}

std::string write_zip(const Files& files) {
  const lambda_zip::Utf8Names utf8_names;
  std::string zip;
  const Archive writer{archive_write_new(), archive_write_free};
  const auto check = [&](la_ssize_t code) {
    if (code >= ARCHIVE_OK) return;
    const char* text = archive_error_string(writer.get());
    throw std::runtime_error{std::string{"the zip cannot be made: "} + (text != nullptr ? text : "an unknown error")};
  };
  check(archive_write_set_format_zip(writer.get()));
  check(archive_write_set_options(writer.get(), "zip:hdrcharset=UTF-8"));
  check(archive_write_set_bytes_in_last_block(writer.get(), 1));
  check(archive_write_open(writer.get(), &zip, nullptr, append, nullptr));
  for (const auto& [name, file] : files) {
    const Entry entry{archive_entry_new(), archive_entry_free};
    archive_entry_set_pathname_utf8(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), static_cast<__LA_MODE_T>(file.mode));
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.content.size()));
    // Without a time it gets 1980, the first year of zips, and not by the time zone of here.
    check(archive_write_header(writer.get(), entry.get()));
    check(archive_write_data(writer.get(), file.content.data(), file.content.size()));
  }
  check(archive_write_close(writer.get()));
  return zip;
}

}  // namespace temporal::lambda_package
