// Runs a network that `toco export` wrote, with LibTorch alone: no Java, no Python.
//
//   cpp_inference MODEL.ts IMAGES.f32 BATCH HEIGHT WIDTH OUT
//
// IMAGES.f32 holds normalised images, float32 [BATCH, 3, HEIGHT, WIDTH]; each output goes to
// OUT/NAME.f32.
#include <torch/script.h>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

namespace {

at::Tensor read_images(const std::string &path, int64_t batch, int64_t height, int64_t width) {
  auto images = torch::empty({batch, 3, height, width});
  std::ifstream file(path, std::ios::binary);
  file.read(static_cast<char *>(images.data_ptr()), static_cast<std::streamsize>(images.nbytes()));
  if (!file || file.peek() != EOF)
    throw std::runtime_error(path + " is not float32 [BATCH, 3, HEIGHT, WIDTH]");
  return images;
}

void write(const std::filesystem::path &path, const at::Tensor &values) {
  auto plain = values.contiguous();
  std::ofstream file(path, std::ios::binary);
  file.write(static_cast<const char *>(plain.data_ptr()),
             static_cast<std::streamsize>(plain.nbytes()));
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

int main(int count, char **arguments) try {
  if (count != 7) {
    std::cerr << "usage: cpp_inference MODEL.ts IMAGES.f32 BATCH HEIGHT WIDTH OUT\n";
    return 2;
  }
  torch::jit::ExtraFilesMap extra{{"classes.txt", ""}};
  auto network = torch::jit::load(arguments[1], torch::kCPU, extra);
  auto images = read_images(arguments[2], std::stol(arguments[3]), std::stol(arguments[4]),
                            std::stol(arguments[5]));
  c10::InferenceMode no_gradients;
  auto outputs = network.forward({images}).toGenericDict();
  std::filesystem::path folder(arguments[6]);
  std::filesystem::create_directories(folder);
  for (const auto &output : outputs) {
    auto name = output.key().toStringRef();
    auto values = output.value().toTensor();
    write(folder / (name + ".f32"), values);
    std::cout << name << " " << values.sizes() << "\n";
  }
  std::cout << "classes: "
            << std::count(extra["classes.txt"].begin(), extra["classes.txt"].end(), '\n') << "\n";
} catch (const std::exception &e) {
  std::cerr << "cpp_inference: " << e.what() << "\n";
  return 1;
}
