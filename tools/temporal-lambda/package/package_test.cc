#include <tools/temporal-lambda/package/package.h>

#include <tools/temporal-lambda/package/fake_elf.h>
#include <tools/temporal-lambda/package/files.h>
#include <tools/temporal-lambda/package/report.h>
#include <tools/temporal-lambda/package/zip.h>

#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace temporal::lambda_package {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::StartsWith;

class Package : public ::testing::Test {
 protected:
  Package() {
    auto pattern = (fs::path{::testing::TempDir()} / "package-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no folder like " + pattern};
    folder_ = pattern;
  }
  ~Package() override { fs::remove_all(folder_); }

  fs::path write(const fs::path& name, const std::string& content, mode_t mode = 0600) {
    const auto path = folder_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream{path} << content;
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
  }
  fs::path write_bootstrap(const fs::path& name, const Elf& elf = good_elf()) {
    return write(name, FakeElf{elf}.bytes());
  }

  /// What it said of what is wrong; the exit code with it.
  std::string run(const PackageOptions& options) {
    std::ostringstream out;
    std::ostringstream problems;
    const int code = package(options, out, problems);
    out_ = out.str();
    return std::to_string(code) + "\n" + problems.str();
  }
  std::string refusal(const PackageOptions& options) {
    try {
      return run(options);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  }
  [[nodiscard]] Files packed() const { return read_zip(read_file(zip()), "out.zip"); }
  [[nodiscard]] fs::path zip() const { return folder_ / "out.zip"; }

  fs::path folder_;
  std::string out_;
};

Elf too_new() {
  auto elf = good_elf();
  elf.versions.push_back({.library = "libc.so.6", .name = "GLIBC_2.36", .symbols = {"arc4random"}});
  return elf;
}

}  // namespace

TEST_F(Package, OfAProgramNamesItBootstrapAndAddsAManifest) {
  EXPECT_EQ(run({.input = write_bootstrap("worker"), .output = zip()}), "0\n");
  const auto files = packed();
  ASSERT_THAT(files, ElementsAre(Key("bootstrap"), Key("temporal-worker.json")));
  const auto manifest = nlohmann::json::parse(files.at("temporal-worker.json").content);
  EXPECT_EQ(manifest["bootstrap"]["architecture"], "x86_64");
  EXPECT_EQ(manifest["bootstrap"]["gnu_build_id"], "00ff9e7d");
  EXPECT_THAT(out_,
              AllOf(HasSubstr(" of 50 MiB, unpacked "), HasSubstr("x86_64, glibc 2.34 (image: 2.34), needs lib")));
}

TEST_F(Package, HasLambdasModesWhateverTheUmaskWas) {
  write_bootstrap("in/bootstrap");
  write("in/temporal.toml", "x", 0600);
  write("in/bin/tool", "x", 0700);
  EXPECT_EQ(run({.input = folder_ / "in", .output = zip()}), "0\n");
  const auto files = packed();
  EXPECT_EQ(files.at("bootstrap").mode, 0755);
  EXPECT_EQ(files.at("temporal.toml").mode, 0644);
  EXPECT_EQ(files.at("bin/tool").mode, 0755);
}

TEST_F(Package, OfEqualInputHasEqualBytes) {
  write_bootstrap("in/bootstrap");
  write("in/b", "b");
  write("in/a", "a");
  EXPECT_EQ(run({.input = folder_ / "in", .output = zip()}), "0\n");
  const auto first = read_file(zip());
  fs::remove(folder_ / "in/a");
  write("in/a", "a", 0640);  // later, and after the others
  EXPECT_EQ(run({.input = folder_ / "in", .output = zip()}), "0\n");
  EXPECT_EQ(read_file(zip()), first);
  EXPECT_EQ(run({.input = zip(), .output = folder_ / "again.zip"}), "0\n");
  EXPECT_EQ(read_file(folder_ / "again.zip"), first) << "packed anew from the zip";
}

TEST_F(Package, OfAFolderLeavesOutTheZipThatIsMade) {
  write_bootstrap("bootstrap");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(run({.input = folder_, .output = zip()}), "0\n");
  EXPECT_THAT(packed(), ElementsAre(Key("bootstrap"), Key("temporal-worker.json")));
}

TEST_F(Package, TakesFilesBesideTheBootstrap) {
  const auto bootstrap = write_bootstrap("bootstrap");
  const auto file = write("etc/gr\u00fcn.toml", "x");
  EXPECT_EQ(run({.input = bootstrap, .files = {file}, .output = zip()}), "0\n");
  EXPECT_THAT(packed(), ElementsAre(Key("bootstrap"), Key("gr\u00fcn.toml"), Key("temporal-worker.json")));
  EXPECT_THAT(refusal({.input = bootstrap, .files = {file, file}}), HasSubstr("there is a file named gr\u00fcn.toml"));
  EXPECT_THAT(refusal({.input = bootstrap, .files = {bootstrap}}),
              HasSubstr("there is a file named bootstrap already"));
}

TEST_F(Package, FollowsLinksToFilesAndNotToFolders) {
  write_bootstrap("elsewhere/worker");
  fs::create_directory(folder_ / "in");
  fs::create_symlink("../elsewhere/worker", folder_ / "in/bootstrap");
  EXPECT_EQ(run({.input = folder_ / "in", .output = zip()}), "0\n");
  EXPECT_EQ(packed().at("bootstrap").content, read_file(folder_ / "elsewhere/worker"));
  fs::create_symlink("..", folder_ / "in/up");
  EXPECT_THAT(refusal({.input = folder_ / "in"}), HasSubstr("in/up is a link to a folder"));
  fs::remove(folder_ / "in/up");
  fs::create_symlink("nowhere", folder_ / "in/lost");
  EXPECT_THAT(refusal({.input = folder_ / "in"}), HasSubstr("in/lost does not exist"));
}

TEST_F(Package, OfWhatCannotBePackedSaysWhy) {
  EXPECT_THAT(refusal({.input = folder_ / "none"}), HasSubstr("none does not exist"));
  EXPECT_THAT(refusal({.input = write("broken.zip", "PK")}), HasSubstr("broken.zip: "));
  const auto bootstrap = write_bootstrap("bootstrap");
  EXPECT_THAT(refusal({.input = bootstrap, .files = {folder_}}), HasSubstr("is a folder: name a file"));
  EXPECT_THAT(refusal({.input = bootstrap, .files = {write("\xff", "x")}}), HasSubstr("is not UTF-8"));
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(refusal({.input = bootstrap, .files = {folder_ / "pipe"}}), HasSubstr("no file that can be packed"));
  EXPECT_THAT(refusal({.input = bootstrap, .output = folder_ / "none/out.zip"}),
              HasSubstr("out.zip cannot be written"));
}

TEST_F(Package, ThatAwsCouldNotStartIsNotWrittenUnlessForced) {
  const auto bootstrap = write_bootstrap("bootstrap", too_new());
  EXPECT_THAT(run({.input = bootstrap, .output = zip()}),
              AllOf(StartsWith("1\nerror: "), HasSubstr("→ a program's own"), HasSubstr("is not written")));
  EXPECT_FALSE(fs::exists(zip()));
  EXPECT_THAT(run({.input = bootstrap, .output = zip(), .force = true}),
              AllOf(StartsWith("0\nwarning: "), HasSubstr("arc4random")));
  EXPECT_TRUE(fs::exists(zip()));
  EXPECT_THAT(run({.input = write("empty/bootstrap", ""), .output = zip()}),
              StartsWith("1\nerror: bootstrap is empty"));
}

TEST_F(Package, OfAZipThatIsOnlyJudgedIsAsItIs) {
  const auto made_by_hand = write("hand.zip", write_zip({{"bootstrap", {FakeElf{good_elf()}.bytes(), 0644}}}));
  EXPECT_THAT(run({.input = made_by_hand}), AllOf(StartsWith("1\n"), HasSubstr("may not execute bootstrap")));
  EXPECT_THAT(out_, Not(HasSubstr("temporal-worker.json")));
  EXPECT_EQ(run({.input = made_by_hand, .output = zip()}), "0\n") << "packed anew it has Lambda's modes";
  EXPECT_EQ(run({.input = zip()}), "0\n");
  EXPECT_EQ(run({.input = zip(), .files = {write("temporal.toml", "x")}}), "0\n") << "with a file more it is another";
  EXPECT_EQ(run({.input = write_bootstrap("bootstrap")}), "0\n") << "judged as it would be packed";
}

TEST_F(Package, InJsonSaysTheSame) {
  const auto bootstrap = write_bootstrap("bootstrap", too_new());
  EXPECT_EQ(run({.input = bootstrap, .output = zip(), .json = true}), "1\n") << "all of it is in the JSON";
  const auto said = nlohmann::json::parse(out_);
  EXPECT_EQ(said["written"], false);
  EXPECT_EQ(said["bootstrap"]["glibc"], "2.36");
  EXPECT_EQ(said["files"][0]["name"], "bootstrap");
  EXPECT_EQ(said["findings"][0]["severity"], "error");
  EXPECT_THAT(said["findings"][0]["what"], HasSubstr("arc4random"));
}

TEST_F(Package, ThatIsQuietSaysOnlyWhatIsWrong) {
  EXPECT_EQ(run({.input = write_bootstrap("bootstrap"), .output = zip(), .quiet = true}), "0\n");
  EXPECT_THAT(out_, IsEmpty());
}

}  // namespace temporal::lambda_package
