package dev.weir.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weir.gateway.TestingSystem;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The two packages named openai ask a gateway on Kafka for pictures. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OpenAiImagesIT {
  private static final String MODEL = "easel";

  private static final String EXPECTED =
      """
      {"whole":["0/2 a hat 0","1/2 a hat 0"],
       "about":["512x512","png","opaque",9,7],
       "warned":["sword"],
       "url":"0/1 a hat 0",
       "streamed":[[0,"256x256","preview 0.1"],[1,"256x256","preview 0.2"],
         ["256x256","0/2 a hat 0",0],
         [0,"256x256","preview 1.1"],[1,"256x256","preview 1.2"],
         ["256x256","1/2 a hat 0",9]],
       "varied":["0/2  13","1/2  13"],
       "size":["BadRequestError",400,"invalid_value","size"],
       "refused":["BadRequestError",400,"invalid_value","prompt"],
       "refusedStream":["BadRequestError",400,"invalid_value","prompt"],
       "wrongKind":["BadRequestError",400,"wrong_model_kind","model"]}
      """;

  private TestingSystem system;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    system = new TestingSystem(folder, 1);
    system.serveEasel(MODEL);
  }

  @AfterAll
  void stop() throws Exception {
    system.close();
  }

  @ParameterizedTest
  @EnumSource
  void thePackageWorksUnchanged(OpenAiClient client) throws Exception {
    assertThat(client.draw(system.address() + "/v1", MODEL))
        .isEqualTo(new ObjectMapper().readTree(EXPECTED));
  }
}
