package dev.weir.gateway;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;

/** A body of {@code multipart/form-data}. */
final class TestingForm {
  private static final String BOUNDARY = "--------testing-form-7";

  private final ByteArrayOutputStream body = new ByteArrayOutputStream();

  TestingForm field(String name, String value) {
    return part("name=\"" + name + "\"", "", value.getBytes(StandardCharsets.UTF_8));
  }

  TestingForm file(String name, byte[] content) {
    return file(name, "image/png", content);
  }

  TestingForm file(String name, String type, byte[] content) {
    return part(
        "name=\"" + name + "\"; filename=\"picture.png\"", "content-type: " + type, content);
  }

  private TestingForm part(String disposition, String header, byte[] content) {
    write("--" + BOUNDARY + "\r\ncontent-disposition: form-data; " + disposition + "\r\n");
    write(header.isEmpty() ? "\r\n" : header + "\r\n\r\n");
    body.writeBytes(content);
    write("\r\n");
    return this;
  }

  private void write(String text) {
    body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  static String contentType() {
    return "multipart/form-data; boundary=" + BOUNDARY;
  }

  /** Without its end. */
  byte[] unfinished() {
    return body.toByteArray();
  }

  byte[] bytes() {
    write("--" + BOUNDARY + "--\r\n");
    return body.toByteArray();
  }

  HttpRequest.Builder post(TestingGateway gateway, String path) {
    return post(gateway, path, bytes());
  }

  static HttpRequest.Builder post(TestingGateway gateway, String path, byte[] body) {
    return gateway
        .request(path)
        .header("content-type", contentType())
        .POST(BodyPublishers.ofByteArray(body));
  }
}
