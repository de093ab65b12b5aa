#include <tools/temporal-lambda/package/judge.h>

#include <tools/temporal-lambda/package/finding_matchers.h>

#include <string>

namespace temporal::lambda_package {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

}  // namespace

TEST(Judge, FindsNothingInWhatAwsCanStart) {
  for (const std::uint16_t machine : {EM_X86_64, EM_AARCH64}) EXPECT_THAT(findings(good_elf(machine)), IsEmpty());
  EXPECT_THAT(findings(Elf{.machine = EM_AARCH64, .type = ET_EXEC, .entry = 0x400000}), IsEmpty()) << "static";
  EXPECT_THAT(findings("#!/bin/sh\nexec ./worker\n"), IsEmpty());
  EXPECT_THAT(findings("#! /usr/bin/env bash"), IsEmpty());
}

TEST(Judge, ABootstrapHasToBeThereAtTheRoot) {
  EXPECT_THAT(findings(Files{}), ElementsAre(is_error("no file named bootstrap", "name the program so")));
  EXPECT_THAT(findings(Files{{"shop/bin/bootstrap", {.content = "#!/bin/sh"}}}),
              ElementsAre(is_error("not at the root of the zip, but in shop/bin", "without the folder")));
}

TEST(Judge, ABootstrapIsAProgramOrAScript) {
  EXPECT_THAT(findings(""), ElementsAre(is_error("bootstrap is empty", "build it again")));
  EXPECT_THAT(findings("MZ\x90"), ElementsAre(is_error("neither a program for Linux nor a script", "arm64")));
  EXPECT_THAT(findings("\177ELF"), ElementsAre(is_error("the header lies beyond the end of the file", "again")));
  auto object = good_elf();
  object.type = ET_REL;
  EXPECT_THAT(findings(object), ElementsAre(is_error("object file", "link it")));
  auto library = good_elf();
  library.interpreter = "";
  EXPECT_THAT(findings(library), ElementsAre(is_error("is a library", "-shared")));
}

TEST(Judge, AScriptNeedsLineEndsAndAnInterpreterThatTheImageHas) {
  EXPECT_THAT(findings("#!/bin/sh\r\nexec ./worker\r\n"), ElementsAre(is_error("lines end as on Windows", "Unix")));
  EXPECT_THAT(findings("#!/usr/bin/python3 -u\n"), ElementsAre(is_warning("/usr/bin/python3,", "layer")));
  EXPECT_THAT(findings("#!"), ElementsAre(is_warning("script for", "/bin/sh")));
  auto files = with_bootstrap("#!/var/task/bin/lua\n");
  EXPECT_THAT(findings(files), ElementsAre(is_warning("/var/task/bin/lua", "/bin/sh")));
  files["bin/lua"] = {.mode = 0755};
  EXPECT_THAT(findings(files), IsEmpty());
}

TEST(Judge, LambdasUserHasToReadAndExecute) {
  auto files = with_bootstrap(good_elf());
  files["bootstrap"].mode = 0754;
  files["tls/"].mode = 0744;
  files["temporal.toml"].mode = 0640;
  EXPECT_THAT(findings(files),
              ElementsAre(is_error("may not execute bootstrap", "chmod a+rX"),
                          is_error("may not read temporal.toml", "anew"), is_error("may not execute tls/", "anew")));
}

TEST(Judge, SizesThatAwsRefusesAreNamed) {
  auto files = with_bootstrap(good_elf());
  files["big"].content.resize(static_cast<std::size_t>(largest_unpacked) - files["bootstrap"].content.size());
  EXPECT_THAT(judge(files, largest_zip), IsEmpty()) << "at the limits";
  files["big"].content += '\0';
  EXPECT_THAT(judge(files, largest_zip + 1),
              ElementsAre(is_error("unpacks to 250.1 MiB", "Release"), is_warning("has 50.1 MiB", "S3")));
}

TEST(Judge, APrivateKeyIsAWarning) {
  for (const std::string key :
       {"-----BEGIN PRIVATE KEY-----\nMII", "-----BEGIN CERTIFICATE-----\n-----BEGIN RSA PRIVATE KEY-----",
        "key = \"-----BEGIN EC PRIVATE KEY-----\\n\""}) {
    auto files = with_bootstrap(good_elf());
    files["tls/client.key"].content = key;
    EXPECT_THAT(findings(files), ElementsAre(is_warning("tls/client.key holds a private key", "secret store"))) << key;
  }
  auto files = with_bootstrap(FakeElf{good_elf()}.bytes() + "-----BEGIN PRIVATE KEY-----");
  files["tls/ca.pem"].content = "-----BEGIN CERTIFICATE-----\nMII\n-----BEGIN PUBLIC KEY-----\nPRIVATE KEY-----";
  EXPECT_THAT(findings(files), IsEmpty()) << "programs know the words, and these are no private keys";
}

}  // namespace temporal::lambda_package
