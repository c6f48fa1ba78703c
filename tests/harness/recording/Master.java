import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.apache.hadoop.yarn.client.api.AMRMClient;
import org.apache.hadoop.yarn.conf.YarnConfiguration;

/** An ApplicationMaster that registers, so that YARN says RUNNING, and ends well once a file appears. */
public class Master {
  public static void main(String[] arguments) throws Exception {
    AMRMClient<AMRMClient.ContainerRequest> client = AMRMClient.createAMRMClient();
    client.init(new YarnConfiguration());
    client.start();
    client.registerApplicationMaster("localhost", -1, "http://localhost:4040");
    while (!Files.exists(Path.of(arguments[0]))) {
      client.allocate(0.5f);
      Thread.sleep(200);
    }
    client.unregisterApplicationMaster(FinalApplicationStatus.SUCCEEDED, "ended as it was asked to", "");
    client.stop();
  }
}
